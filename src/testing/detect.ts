import type { Workspace } from '../workspace/workspace.ts';
import { detectJavaScript } from './detect-javascript.ts';
import { detectPython } from './detect-python.ts';
import { openProject, type Project } from './project.ts';
import type { Runner } from './runner.ts';
import { detectCargo } from './runners/cargo.ts';
import { detectCtest } from './runners/ctest.ts';
import { detectGo } from './runners/go.ts';
import { detectGradle, detectMaven } from './runners/jvm.ts';
import { detectPhp } from './runners/php.ts';
import { detectRuby } from './runners/ruby.ts';
import { isIn, projectFolders, runnerIn, subProject } from './subfolder.ts';

/** Runners by workspace: a project does not change its runner during a run. */
const known = new WeakMap<Workspace, Promise<Runner | null>>();

/** Paths that tell which of several projects in the repository is meant, the most telling first. */
type Near = () => Promise<readonly string[]>;

/**
 * Finds the project's test runner from its own files and checks that it is installed. In a repository without a
 * manifest in the root it is that of the only project in a subfolder, or of the one that `near` points to. Asked again
 * for the same workspace, it answers from memory once it has found the only one.
 *
 * @param near files that are named or changed
 * @returns null when nothing in the project tells of tests; a runner with a `problem` when it is named but missing, or
 *   when there are several and nothing says which is meant
 */
export async function detectRunner(
  workspace: Workspace,
  signal?: AbortSignal,
  near: Near = async () => [],
): Promise<Runner | null> {
  const before = known.get(workspace);
  if (before) return before;
  let chosen = false;
  const found = openProject(workspace, signal).then((project) =>
    detectAnywhere(project, async () => {
      chosen = true;
      return near();
    }),
  );
  known.set(workspace, found);
  try {
    const runner = await found;
    if (!runner || runner.problem !== undefined || chosen) known.delete(workspace);
    return runner;
  } catch (error) {
    known.delete(workspace);
    throw error;
  }
}

async function detectAnywhere(project: Project, near: Near): Promise<Runner | null> {
  const atRoot = DETECTORS.some((detector) => hasManifest(project, detector));
  const folders = atRoot ? [] : projectFolders(project, SUBPROJECT);
  if (folders.length === 0) return detectIn(project);
  const found: { folder: string; runner: Runner }[] = [];
  for (const folder of folders) {
    const runner = await detectIn(subProject(project, folder));
    if (runner) found.push({ folder, runner: runnerIn(folder, runner) });
  }
  if (found.length <= 1) return found[0]?.runner ?? detectIn(project);
  for (const path of await near()) {
    const one = found.find(({ folder }) => isIn(path, folder));
    if (one) return one.runner;
  }
  return undecided(found);
}

function undecided(found: readonly { folder: string; runner: Runner }[]): Runner {
  const list = found.map(({ folder, runner }) => `${folder} (${runner.name})`).join(', ');
  return {
    name: 'none',
    program: [],
    problem: `There are tests in several folders, each with a runner of its own: ${list}. Name one in \`files\`, for instance files: ["${found[0]?.folder}"].`,
    command: () => ({ argv: [], env: {}, display: '' }),
    parse: () => ({ cases: [], complete: false }),
  };
}

interface Detector {
  /** A file in the root that says that the project is of this language. */
  readonly manifest: RegExp;
  readonly detect: (project: Project) => Promise<Runner | null>;
}

const DETECTORS: readonly Detector[] = [
  {
    manifest:
      /^(?:pyproject\.toml|setup\.(?:py|cfg)|tox\.ini|manage\.py|pytest\.ini|conftest\.py)$/,
    detect: detectPython,
  },
  { manifest: /^package\.json$/, detect: detectJavaScript },
  { manifest: /^go\.mod$/, detect: (project) => detectGo(project) },
  { manifest: /^Cargo\.toml$/, detect: (project) => detectCargo(project) },
  {
    manifest: /^(?:Gemfile|Rakefile|\.rspec|.*\.gemspec)$/,
    detect: (project) => detectRuby(project),
  },
  {
    manifest: /^(?:composer\.json|phpunit(?:\.dist)?\.xml(?:\.dist)?)$/,
    detect: (project) => detectPhp(project),
  },
  { manifest: /^pom\.xml$/, detect: (project) => detectMaven(project) },
  {
    manifest: /^(?:build|settings)\.gradle(?:\.kts)?$/,
    detect: (project) => detectGradle(project),
  },
  { manifest: /^CMakeLists\.txt$/, detect: (project) => detectCtest(project) },
];

/** What makes a subfolder a project: the same without files that stand in folders of tests. */
const SUBPROJECT =
  /^(?:pyproject\.toml|setup\.(?:py|cfg)|tox\.ini|pytest\.ini|package\.json|go\.mod|Cargo\.toml|Gemfile|.*\.gemspec|composer\.json|pom\.xml|(?:build|settings)\.gradle(?:\.kts)?|CMakeLists\.txt)$/;

function hasManifest(project: Project, { manifest }: Detector): boolean {
  return project.files.some((file) => manifest.test(file));
}

/**
 * Asks each language, those with a manifest in the root first. An installed runner of a later one comes before a
 * missing one of an earlier.
 */
async function detectIn(project: Project): Promise<Runner | null> {
  const first = DETECTORS.filter((detector) => hasManifest(project, detector));
  const order = [...first, ...DETECTORS.filter((detector) => !first.includes(detector))];
  let missing: Runner | null = null;
  for (const { detect } of order) {
    const runner = await detect(project);
    if (runner && runner.problem === undefined) return runner;
    missing ??= runner;
  }
  return missing;
}
