import { defineConfig } from 'vite';

/** Built into `dist/inspector`; every address in the page is relative, since the server's begin with a token. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../../dist/inspector',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    // The page's policy allows no data addresses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  logLevel: 'warn',
});
