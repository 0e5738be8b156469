import { posix } from 'node:path';
import type { PatchFile } from './patch-files.ts';

const LARGE = 1024 * 1024;

const LOCKFILES = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lockb',
  'bun.lock',
  'poetry.lock',
  'Pipfile.lock',
  'uv.lock',
  'pdm.lock',
  'Cargo.lock',
  'Gemfile.lock',
  'composer.lock',
  'go.sum',
  'mix.lock',
  'flake.lock',
  'Podfile.lock',
  'gradle.lockfile',
  'packages.lock.json',
]);

/** Something about a file of the patch that the model should look at before it submits. */
export interface FileWarning {
  readonly path: string;
  readonly text: string;
  /** Whether the file most likely does not belong to the patch. */
  readonly stray: boolean;
}

/** What speaks against the files of a patch. `sizes` are in bytes, by path; a missing one counts as small. */
export function fileWarnings(
  files: readonly PatchFile[],
  sizes: ReadonlyMap<string, number>,
): FileWarning[] {
  return files.flatMap((file) => {
    const { path, status } = file;
    const found: FileWarning[] = [];
    const warn = (text: string, stray = false) => found.push({ path, text, stray });
    if (LOCKFILES.has(posix.basename(path))) warn('is a lockfile', true);
    if (file.binary && status !== 'deleted') warn('is a binary file', status === 'added');
    if ((sizes.get(path) ?? 0) > LARGE) warn('is larger than 1 MB', status === 'added');
    if (status === 'added' && looksLikeScratch(path)) {
      warn('looks like a script or output of your own trials', true);
    }
    if (isTestPath(path) && status === 'deleted') warn('is a test that the patch deletes');
    if (isTestPath(path) && (status === 'modified' || status === 'renamed') && file.removed > 0) {
      warn(`is a test of the project; the patch changes or removes ${file.removed} of its lines`);
    }
    return found;
  });
}

/** @returns whether a path is a test by the naming conventions of the common runners */
export function isTestPath(path: string): boolean {
  const name = posix.basename(path);
  return (
    /(^|\/)(tests?|testing|__tests__|specs?|e2e)\//i.test(path) ||
    /^test_.*\.py$|_test\.(py|go|rb|c|cc|cpp|php)$|\.(test|spec)\.[cm]?[jt]sx?$|_spec\.rb$|Tests?\.(java|kt|cs|php)$|^conftest\.py$/.test(
      name,
    )
  );
}

/** Names that people and models give to throw-away files. */
function looksLikeScratch(path: string): boolean {
  const name = posix.basename(path);
  if (/\.(orig|rej|bak|tmp|log|pyc|swp)$|~$/i.test(name)) return true;
  if (
    /(^|\/)(__pycache__|node_modules|\.pytest_cache|\.mypy_cache|\.ruff_cache|dist|build|coverage)\//.test(
      path,
    )
  ) {
    return true;
  }
  const scratch =
    /^(repro|reproduce|reproducer|reproduction|debug|tmp|temp|scratch|try|trial|demo|playground|poc|verify|check|validate|run_test|quick|manual|sample|issue|bug|fix|test_(issue|fix|repro|bug|debug))([-_.]?\w*)*\.\w+$/i;
  const atTop = !path.includes('/');
  if (/^(repro|reproduce|reproducer|reproduction)/i.test(name)) return true;
  return (
    atTop &&
    (scratch.test(name) ||
      /^test_?\w*\.(py|js|mjs|cjs|ts|sh|rb|go)$/i.test(name) ||
      /\.(patch|diff)$/.test(name))
  );
}
