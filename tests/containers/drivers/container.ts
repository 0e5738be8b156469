/**
 * Runs a command that does not end in a container and says so on standard output. SIGTERM ends the process by
 * `process.exit`, as a second Ctrl-C does. Arguments: engine, run, image, seconds.
 */
import { mkdirSync } from 'node:fs';
import { type EngineName, engineNamed } from '../../../src/workspace/container/engine.ts';
import { openContainer } from '../../../src/workspace/container/workspace.ts';
import { openScratch } from '../../../src/workspace/scratch.ts';
import { runAndTell } from '../../workspace/drivers/tell-start.ts';

const [name, run = '', image = '', seconds] = process.argv.slice(2);
process.once('SIGTERM', () => process.exit(1));
const { dir } = await openScratch();
const [hostRoot, hostScratch] = [`${dir}/copy`, `${dir}/scratch`];
for (const folder of [hostRoot, hostScratch]) mkdirSync(folder);
const engine = engineNamed(name as EngineName, process.env);
const workspace = await openContainer({ engine, image, run, hostRoot, root: '/work', hostScratch });
const script = `setsid sleep ${seconds} & sleep ${seconds} & touch started; sleep ${seconds}`;
await runAndTell(workspace, script, dir);
