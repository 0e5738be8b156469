import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The tests run the built command line as a user would; it is built once before them. */
export default function setup(): void {
  const script = fileURLToPath(new URL('build.mjs', import.meta.url));
  execFileSync(process.execPath, [script], { stdio: 'inherit' });
}
