import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { removeTree } from '../../src/workspace/scratch.ts';
import { onCleanup } from './support.ts';

/** Builds a TypeScript program into one file that node runs, in a folder that every user can read. */
export async function bundle(source: URL): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'driver-')));
  onCleanup(() => removeTree(folder));
  const outfile = join(folder, basename(source.pathname).replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const { chmodSync } = await import('node:fs');
  chmodSync(folder, 0o755);
  return outfile;
}
