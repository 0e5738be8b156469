/**
 * Opens a temporary folder, starts a command that does not end, names the folder on standard output and waits to be
 * killed. Argument: seconds.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../../src/workspace/open.ts';
import { openScratch } from '../../../src/workspace/scratch.ts';

const [seconds = ''] = process.argv.slice(2);
const { dir } = await openScratch();
const [hostRoot, hostScratch] = [join(dir, 'root'), join(dir, 'scratch')];
mkdirSync(hostRoot);
mkdirSync(hostScratch);
const workspace = openWorkspace({ kind: 'local', hostRoot, root: hostRoot, hostScratch });
const script = `setsid sleep ${seconds} & touch started; sleep ${seconds}`;
const running = workspace.exec(['bash', '-c', script], { timeoutMs: 3_600_000 });
const poll = setInterval(() => {
  void workspace.stat('started').then((info) => {
    if (!info) return;
    clearInterval(poll);
    console.log(dir);
  });
}, 20);
await running;
