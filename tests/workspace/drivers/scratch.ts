/**
 * Opens a temporary folder, starts a command that does not end, names the folder on standard output and waits to be
 * killed. Argument: seconds.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../../src/workspace/open.ts';
import { openScratch } from '../../../src/workspace/scratch.ts';
import { runAndTell } from './tell-start.ts';

const [seconds = ''] = process.argv.slice(2);
const { dir } = await openScratch();
const [hostRoot, hostScratch] = [join(dir, 'root'), join(dir, 'scratch')];
mkdirSync(hostRoot);
mkdirSync(hostScratch);
const workspace = openWorkspace({ kind: 'local', hostRoot, root: hostRoot, hostScratch });
const script = `setsid sleep ${seconds} & touch started; sleep ${seconds}`;
await runAndTell(workspace, script, dir);
