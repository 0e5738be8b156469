// Bundles the command line into `dist/`. Loading some 300 small files of the dependencies one by one costs a
// quarter of a second at every start; bundled it is a few large files, and what a command does not use is not loaded.
// The packages stay declared in package.json, so that audits see them.
import { chmod, readdir, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

const { metafile } = await build({
  metafile: true,
  absWorkingDir: root,
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  // Less to read at each start; names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  // Packages that find binaries or wasm beside themselves, or that only some commands load.
  external: [
    '@vscode/ripgrep',
    'web-tree-sitter',
    '@vscode/tree-sitter-wasm',
    '@octokit/rest',
    '@ast-grep/napi',
    '@ast-grep/lang-python',
  ],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(`${root}dist/cli.js`, 0o755);
// Files of earlier builds go last, so that a program started meanwhile finds its own.
for (const name of await readdir(`${root}dist`)) {
  if (name === 'inspector') continue;
  if (!(`dist/${name}` in metafile.outputs)) await rm(`${root}dist/${name}`, { recursive: true });
}

// The inspector's page, when it is older than its sources: Vite takes its time.
const page = `${root}src/inspector/page`;
const built = await stat(`${root}dist/inspector/index.html`).catch(() => null);
const sources = await Promise.all(
  [...(await readdir(page)).map((name) => `${page}/${name}`), `${root}package.json`].map((path) =>
    stat(path),
  ),
);
if (!built || sources.some(({ mtimeMs }) => mtimeMs > built.mtimeMs)) {
  const vite = await import('vite');
  await vite.build({ configFile: `${page}/vite.config.ts` });
}
