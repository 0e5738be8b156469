// Runs the local Messages API as a process: node standalone.mjs CONFIG.json
// The configuration is a `StandaloneConfig`. Prints {"url", "apiKey"} and serves until standard input ends.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('standalone.ts', import.meta.url))],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { runStandalone } = await import(`data:text/javascript;base64,${code}`);
await runStandalone(JSON.parse(await readFile(process.argv[2], 'utf8')));
