import { languageOf } from '../../../syntax/languages.ts';
import { isTestFile, isTestPath } from '../../localise/test-paths.ts';
import type { Listing } from './list.ts';
import { familyOf, isProgram, isReference, marksProject, testedName } from './names.ts';
import { areIndependent, holdsTests, pairUp, type ReadText } from './pairs.ts';

/** A task as the layout of a folder tells it; paths are relative to the folder. */
export interface TaskPlan {
  readonly id: string;
  readonly language: string;
  /** The folder that becomes the repository; empty: the whole. */
  readonly root: string;
  /** What the repository holds, tests included. */
  readonly files: readonly string[];
  readonly links: readonly string[];
  /** Tests named after the program; empty: all of the project. */
  readonly tests: readonly string[];
  /** The one file of what is submitted that counts; null: the whole patch. */
  readonly program: string | null;
  /** Files below a folder `hidden`, which is laid over the repository to judge. */
  readonly hidden: readonly string[];
  readonly dependencies: readonly string[];
}

/** Name of the folder that holds a project's tests for judging. */
export const HIDDEN = 'hidden';

interface Folder {
  readonly listing: Listing;
  readonly read: ReadText;
}

/** A folder that stands for itself: one program, or several that are paired with their tests. */
interface Standing {
  readonly folder: string;
  readonly holdsPairs: boolean;
}

/**
 * Tells which tasks a folder holds. A subfolder that stands for itself, with a manifest, a folder `hidden` or all its
 * tests inside, is a project and one task. All else is paired by name: each program with tests is a task, in a
 * repository of all files but other programs that have tests, other tests, reference solutions and other languages.
 *
 * @param read only asked for programs and tests
 */
export function planTasks(listing: Listing, read: ReadText): TaskPlan[] {
  const whole = { listing, read };
  const { files } = listing;
  if (hasHidden('', files)) return projectIn('', whole);
  const marked = outermost(
    markedFolders(files).filter((folder) => holdsBoth(below(folder, files))),
  ).map((folder) => ({ folder, holdsPairs: false }));
  const unmarked = files.filter((path) => !marked.some(({ folder }) => isIn(path, folder)));
  const standing = [...marked, ...selfContained('', unmarked, read)];
  const rest = files.filter((path) => !standing.some(({ folder }) => isIn(path, folder)));
  const plans = standing
    .filter(({ folder }) => !isReference(`${folder}/`))
    .flatMap(({ folder, holdsPairs }) =>
      holdsPairs ? pairsIn(folder, below(folder, unmarked), whole) : projectIn(folder, whole),
    );
  return [...plans, ...pairsIn('', rest, whole)].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Folders below `parent` that hold programs with all their tests, and nothing that marks them. */
function selfContained(parent: string, files: readonly string[], read: ReadText): Standing[] {
  const pairs = pairUp(files, read);
  const children = new Map<string, string[]>();
  for (const path of files) {
    const child = childOf(parent, path);
    if (child !== null) children.set(child, [...(children.get(child) ?? []), path]);
  }
  return [...children].flatMap(([child, inside]) => {
    const isCrossed = pairs.some(({ program, tests }) =>
      tests.some((test) => isIn(test, child) !== isIn(program, child)),
    );
    // Without a manifest, tests of other languages have no runner.
    const runnable = inside.filter((path) => !['other', null].includes(familyOf(path)));
    if (isCrossed || !holdsBoth(runnable)) return [];
    const inner = selfContained(child, inside, read);
    const isCovered = (path: string) => inner.some(({ folder }) => isIn(path, folder));
    if (inside.filter(isCode).every(isCovered)) return inner;
    const own = pairs.filter(({ program }) => isIn(program, child));
    return [{ folder: child, holdsPairs: own.length > 1 && areIndependent(own, read) }];
  });
}

function projectIn(folder: string, { listing }: Folder): TaskPlan[] {
  const inside = below(folder, listing.files);
  const isHidden = (path: string) => isIn(path, join(folder, HIDDEN));
  const files = inside.filter((path) => !isHidden(path));
  const programs = files.filter(isProgram);
  if (programs.length === 0) return [];
  return [
    {
      id: folder === '' ? '.' : folder,
      language: mostCommon(programs.map((path) => languageOf(path) ?? 'unknown')),
      root: folder,
      files,
      links: below(folder, listing.links).filter((path) => !isHidden(path)),
      tests: [],
      program: null,
      hidden: inside.filter(isHidden),
      dependencies: dependenciesOf(folder, listing),
    },
  ];
}

function pairsIn(root: string, files: readonly string[], { listing, read }: Folder): TaskPlan[] {
  const all = pairUp(files, read);
  const pairs = all
    .map(({ program, tests }) => ({
      program,
      tests: tests.filter((test) => holdsTests(test, read)),
    }))
    .filter(({ tests }) => tests.length > 0);
  const taken = new Set([
    ...all.flatMap(({ tests }) => tests),
    ...pairs.map(({ program }) => program),
  ]);
  const others = files.filter(
    (path) =>
      !taken.has(path) && !isReference(path) && !(isTestFile(path) && holdsTests(path, read)),
  );
  const links = below(root, listing.links).filter((path) => !isReference(path));
  return pairs.map(({ program, tests }) => {
    const helps = (path: string) => [null, familyOf(program)].includes(familyOf(path));
    return {
      id: program,
      language: languageOf(program) ?? 'unknown',
      root,
      files: [program, ...tests, ...others.filter(helps)].sort(),
      links: links.filter(helps),
      tests,
      program,
      hidden: [],
      dependencies: dependenciesOf(root, listing),
    };
  });
}

/** Those inside, and those of the folders above, where a program would find them too. */
function dependenciesOf(folder: string, { dependencies }: Listing): string[] {
  return dependencies.filter((path) => {
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    return isIn(path, folder) || isIn(folder, parent);
  });
}

function markedFolders(files: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of files) {
    const parts = path.split('/');
    const hiddenAt = parts.indexOf(HIDDEN);
    if (hiddenAt > 0) found.add(parts.slice(0, hiddenAt).join('/'));
    else if (parts.length > 1 && marksProject(path)) found.add(parts.slice(0, -1).join('/'));
  }
  return [...found];
}

function outermost(folders: readonly string[]): string[] {
  return folders.filter(
    (folder) => !folders.some((other) => other !== folder && isIn(folder, other)),
  );
}

function hasHidden(folder: string, files: readonly string[]): boolean {
  return files.some((path) => isIn(path, join(folder, HIDDEN)));
}

function holdsBoth(files: readonly string[]): boolean {
  return files.some(isProgram) && files.some(isTest);
}

function isTest(path: string): boolean {
  return isTestFile(path) || testedName(path) !== null || (isTestPath(path) && isCode(path));
}

function isCode(path: string): boolean {
  return isProgram(path) || isTestFile(path) || testedName(path) !== null;
}

function mostCommon(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? 'unknown';
}

function below(folder: string, files: readonly string[]): readonly string[] {
  return files.filter((path) => isIn(path, folder));
}

function isIn(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folder directly below `parent` that a path lies in; null for a file directly in `parent`. */
function childOf(parent: string, path: string): string | null {
  const rest = parent === '' ? path : path.slice(parent.length + 1);
  const end = rest.indexOf('/');
  return end < 0 ? null : join(parent, rest.slice(0, end));
}
