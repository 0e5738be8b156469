/** Opens a temporary folder, names it on standard output and waits to be killed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openScratch } from '../../../src/workspace/scratch.ts';

const { dir } = await openScratch();
writeFileSync(join(dir, 'file'), '');
console.log(dir);
setInterval(() => undefined, 1000);
