import { posix } from 'node:path';
import type { Project } from './project.ts';
import type { ParsedReport, Runner, RunPlace, TestScope } from './runner.ts';

/** Folders whose manifests belong to examples, data and dependencies, not to the project. */
const ASIDE =
  /(?:^|\/)(?:node_modules|vendor|third_party|fixtures?|testdata|test_data|examples?|samples?|docs?|tests?|\..*)(?:\/|$)/;
const TEST_FILE =
  /(?:^|\/)(?:test_[^/]*|[^/]*_test|tests?)\.py$|[._-](?:test|spec)\.[cm]?[jt]sx?$|_(?:test\.go|spec\.rb)$/;

/**
 * Folders that hold a project of their own in a repository without a manifest in its root.
 *
 * @param manifest names of the files that make a folder a project
 * @returns relative to the root, none inside of another; none when tests stand outside of them all
 */
export function projectFolders(project: Project, manifest: RegExp): string[] {
  const holders = project.files
    .filter((file) => manifest.test(posix.basename(file)))
    .map((file) => posix.dirname(file))
    .filter((folder) => folder !== '.' && !ASIDE.test(folder));
  const folders = [...new Set(holders)].filter(
    (folder) => !holders.some((other) => other !== folder && isIn(folder, other)),
  );
  const stray = project.files.some(
    (file) => TEST_FILE.test(file) && !folders.some((folder) => isIn(file, folder)),
  );
  return stray ? [] : folders.sort();
}

export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The part of a project below a folder, as a project of its own. */
export function subProject(project: Project, folder: string): Project {
  const files = project.files
    .filter((file) => file.startsWith(`${folder}/`))
    .map((file) => inside(file, folder));
  const set = new Set(files);
  return {
    root: `${project.root}/${folder}`,
    files,
    has: (path) => set.has(path),
    read: (path) => project.read(posix.join(folder, path)),
    exists: (path) => project.exists(posix.join(folder, path)),
    probe: (argv, cwd = '.') => project.probe(argv, posix.join(folder, cwd)),
  };
}

/** A runner of a sub-project that is asked, and answers, with paths of the whole repository. */
export function runnerIn(folder: string, runner: Runner): Runner {
  const { cwd, program, parse, command, ...rest } = runner;
  return {
    ...rest,
    program,
    cwd: posix.join(folder, cwd ?? '.'),
    command(scope, place) {
      const made = command.call(
        runner,
        scopeInside(scope, folder),
        place && placeIn(place, folder),
      );
      const { prepare } = made;
      return {
        ...made,
        cwd: posix.join(folder, made.cwd ?? cwd ?? '.'),
        display: `cd ${folder} && ${made.display}`,
        ...(prepare
          ? { prepare: ['sh', '-c', 'cd -- "$0" && exec "$@"', folder, ...prepare] }
          : {}),
        ...(made.find ? { find: made.find.map((path) => outside(path, folder)) } : {}),
        ...(made.droppings
          ? { droppings: made.droppings.map((path) => posix.join(folder, path)) }
          : {}),
        ...(made.buildFolders
          ? { buildFolders: made.buildFolders.map((path) => posix.join(folder, path)) }
          : {}),
      };
    },
    parse(input) {
      const files = new Map(
        [...input.files].map(([path, text]) => [
          path.startsWith(`./${folder}/`) ? `./${inside(path.slice(2), folder)}` : path,
          text,
        ]),
      );
      const scope = scopeInside(input.scope, folder);
      const root = `${input.root}/${folder}`;
      return reportOutside(parse.call(runner, { ...input, files, scope, root }), folder);
    },
  };
}

function placeIn(place: RunPlace, folder: string): RunPlace {
  return { ...place, root: `${place.root}/${folder}` };
}

function scopeInside(scope: TestScope, folder: string): TestScope {
  const files = (scope.files ?? []).map((file) => file.replace(/^\.\//, '').replace(/\/$/, ''));
  return {
    files: files
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => inside(file, folder)),
    names: scope.names?.map((name) => inside(name, folder)),
  };
}

function inside(path: string, folder: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

function outside(pattern: string, folder: string): string {
  return pattern.startsWith('./') ? `./${folder}/${pattern.slice(2)}` : pattern;
}

function reportOutside(report: ParsedReport, folder: string): ParsedReport {
  const cases = report.cases.map((one) => {
    if (one.file === undefined) return one;
    const ofFile = one.id === one.file || one.id.startsWith(`${one.file}::`);
    return { ...one, file: `${folder}/${one.file}`, id: ofFile ? `${folder}/${one.id}` : one.id };
  });
  return { ...report, cases };
}
