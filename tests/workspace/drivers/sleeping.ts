/** Runs a command that does not end; says so on standard output. Arguments: kind, folder, seconds. */
import { mkdirSync } from 'node:fs';
import { openWorkspace, type SandboxKind } from '../../../src/workspace/open.ts';

const [kind, folder = '', seconds] = process.argv.slice(2);
const hostRoot = `${folder}/copy`;
const hostScratch = `${folder}/scratch`;
mkdirSync(hostRoot);
mkdirSync(hostScratch);
process.once('SIGTERM', () => process.exit(1));
const workspace = openWorkspace({
  kind: kind as SandboxKind,
  hostRoot,
  root: hostRoot,
  hostScratch,
});
const script = `setsid sleep ${seconds} & sleep ${seconds} & touch started; sleep ${seconds}`;
const running = workspace.exec(['bash', '-c', script], { timeoutMs: 3_600_000 });
const poll = setInterval(() => {
  void workspace.stat('started').then((info) => {
    if (!info) return;
    clearInterval(poll);
    console.log('started');
  });
}, 20);
await running;
