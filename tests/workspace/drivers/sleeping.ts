/** Runs a command that does not end; says so on standard output. Arguments: kind, folder, seconds. */
import { mkdirSync } from 'node:fs';
import { openWorkspace, type SandboxKind } from '../../../src/workspace/open.ts';
import { runAndTell } from './tell-start.ts';

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
await runAndTell(workspace, script, 'started');
