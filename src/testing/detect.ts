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

/** Runners by workspace: a project does not change its runner during a run. */
const known = new WeakMap<Workspace, Promise<Runner | null>>();

/**
 * Finds the project's test runner from its own files and checks that it is installed. Asked again for the same
 * workspace, it answers from memory once it has found one.
 *
 * @returns null when nothing in the project tells of tests; a runner with a `problem` when it is named but missing
 */
export async function detectRunner(
  workspace: Workspace,
  signal?: AbortSignal,
): Promise<Runner | null> {
  const before = known.get(workspace);
  if (before) return before;
  const found = openProject(workspace, signal).then(detectIn);
  known.set(workspace, found);
  try {
    const runner = await found;
    if (!runner || runner.problem !== undefined) known.delete(workspace);
    return runner;
  } catch (error) {
    known.delete(workspace);
    throw error;
  }
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

/**
 * Asks each language, those with a manifest in the root first. An installed runner of a later one comes before a
 * missing one of an earlier.
 */
export async function detectIn(project: Project): Promise<Runner | null> {
  const hasManifest = ({ manifest }: Detector) => project.files.some((file) => manifest.test(file));
  const first = DETECTORS.filter(hasManifest);
  const order = [...first, ...DETECTORS.filter((detector) => !first.includes(detector))];
  let missing: Runner | null = null;
  for (const { detect } of order) {
    const runner = await detect(project);
    if (runner && runner.problem === undefined) return runner;
    missing ??= runner;
  }
  return missing;
}
