import { posix } from 'node:path';
import { languageOf } from '../../../syntax/languages.ts';
import { isTestFile, isTestPath } from '../../localise/test-paths.ts';

/** Languages whose programs run together. */
export type Family = 'python' | 'javascript' | 'other';

const TEST_FOLDER = /^(?:tests?|__tests__|specs?)$/;
const REFERENCE = /^(?:correct|solution|reference|fixed)/i;
/** Files that make a folder a project of its own, with the family they are of. */
const MANIFESTS: readonly [RegExp, Family][] = [
  [/^(?:pyproject\.toml|setup\.(?:py|cfg)|tox\.ini|\.?pytest\.ini|conftest\.py)$/, 'python'],
  [
    /^(?:package(?:-lock)?\.json|\.mocharc\..+|\.taprc|tsconfig.*\.json|(?:jest|vitest|vite|ava|babel|karma)\.(?:config|conf|workspace)\..+)$/,
    'javascript',
  ],
  [
    /^(?:go\.(?:mod|sum)|Cargo\.(?:toml|lock)|Gemfile(?:\.lock)?|.*\.gemspec|composer\.json|pom\.xml|gradlew?|(?:build|settings)\.gradle(?:\.kts)?|CMakeLists\.txt)$/,
    'other',
  ],
];
/** In every project and in no way a sign of one. */
const HELPER = /^(?:conftest\.py|tsconfig.*\.json|package-lock\.json)$/;
const BUILT = /\.(?:class|pyc|pyo|o|so|dll|jar)$/;

/** @returns the family of a program, a manifest or a built file; null for what belongs to any: data, texts */
export function familyOf(path: string): Family | null {
  const name = posix.basename(path);
  const manifest = MANIFESTS.find(([pattern]) => pattern.test(name));
  if (manifest) return manifest[1];
  const language = languageOf(path);
  if (language === 'python') return 'python';
  if (language === 'javascript' || language === 'typescript' || language === 'tsx')
    return 'javascript';
  if (BUILT.test(name)) return 'other';
  return language === null || language === 'css' || language === 'bash' ? null : 'other';
}

/** @returns whether a file says that its folder is a project of its own */
export function marksProject(path: string): boolean {
  const name = posix.basename(path);
  return !HELPER.test(name) && MANIFESTS.some(([pattern]) => pattern.test(name));
}

/** @returns whether a file decides how tests run, or is one: what judges must not come from a patch */
export function decidesVerdict(path: string): boolean {
  const name = posix.basename(path);
  return isTestPath(path) || isTestFile(path) || MANIFESTS.some(([pattern]) => pattern.test(name));
}

/** @returns whether a part of the path names a folder of reference solutions */
export function isReference(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((part) => REFERENCE.test(part));
}

/** @returns a file's name without its ending */
export function stemOf(path: string): string {
  return posix.basename(path, posix.extname(path));
}

/**
 * The name of the program that a test is for, by the name of the test: `test_NAME.py`, `NAME_test.py`, `NAME.test.ts`,
 * `NAME.spec.js`, `test/NAME.js`.
 *
 * @returns null for a file that is not named like a test
 */
export function testedName(path: string): string | null {
  const stem = stemOf(path);
  switch (familyOf(path)) {
    case 'python':
      return /^test_(.+)$/.exec(stem)?.[1] ?? /^(.+)_test$/.exec(stem)?.[1] ?? null;
    case 'javascript': {
      const affixed =
        /^(.+)[._-](?:test|spec)$/.exec(stem)?.[1] ?? /^test[._-](.+)$/.exec(stem)?.[1];
      return affixed ?? (inTestFolder(path) ? stem : null);
    }
    default:
      return null;
  }
}

/** @returns whether a file is product code, by its name */
export function isProgram(path: string): boolean {
  const language = languageOf(path);
  if (language === null || language === 'css' || language === 'bash') return false;
  if (isTestPath(path) || testedName(path) !== null || decidesVerdict(path)) return false;
  return !/\.d\.[cm]?ts$/.test(path) && !/(?:^|\/)(?:dist|build|vendor)\//.test(path);
}

function inTestFolder(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((part) => TEST_FOLDER.test(part));
}
