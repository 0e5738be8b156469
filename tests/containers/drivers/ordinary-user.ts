/** Works in a container and prints what came out as JSON. Arguments: engine, run, image. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type EngineName, engineNamed } from '../../../src/workspace/container/engine.ts';
import { openContainer } from '../../../src/workspace/container/workspace.ts';
import { openScratch } from '../../../src/workspace/scratch.ts';

const [name, run = '', image = ''] = process.argv.slice(2);
const scratch = await openScratch();
const [hostRoot, hostScratch] = [`${scratch.dir}/copy`, `${scratch.dir}/scratch`];
for (const folder of [hostRoot, hostScratch]) mkdirSync(folder);
writeFileSync(`${hostRoot}/given`, 'given\n');
const engine = engineNamed(name as EngineName, process.env);
const workspace = await openContainer({ engine, image, run, hostRoot, root: '/work', hostScratch });
const bash = (script: string, timeoutMs = 20_000) =>
  workspace.exec(['bash', '-c', script], { timeoutMs });
const who = await bash(
  'id -u; echo more >> given; mkdir made; echo x > made/file; stat -c %u made',
);
await workspace.writeFile('made/file', Buffer.from('written over'));
const seen = await bash(
  'cat given made/file; echo "$HOME"; touch "$HOME/in-home" && echo writable',
);
const hung = await bash('echo kept; setsid sleep 60', 3000);
await workspace.close();
await scratch.close();
process.stdout.write(
  JSON.stringify({
    who: who.stdout,
    seen: seen.stdout,
    hung: hung.stdout,
    timedOut: hung.timedOut,
  }),
);
