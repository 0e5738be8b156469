import { display } from '../command-line.ts';
import { CaseSet } from '../parse/events.ts';
import { type JUnitCase, parseJUnit } from '../parse/junit.ts';
import { type Project, whyUnusable } from '../project.ts';
import type { TestCase } from '../report.ts';
import {
  type ParsedReport,
  type ReportInput,
  type Runner,
  type RunPlace,
  type ScopeParts,
  scopeParts,
} from '../runner.ts';
import { type Frame, shortTrace } from '../trace.ts';

/** What maven and gradle print when tests are missing from their reports. */
const BROKEN =
  /COMPILATION ERROR|Compilation failed|forked VM terminated|The fork(?:ed)? JVM|Test Executor \d+' finished with non-zero|There was an error in the forked process/;

const SOURCE = /\.(?:java|kt|kts|groovy|scala)$/;

interface JvmInput {
  readonly program: readonly string[];
  readonly files: readonly string[];
  readonly options?: readonly string[];
  readonly problem?: string;
}

/** maven by surefire's reports; ids are `FILE::method` or `FILE::Inner > method`. */
export function mavenRunner({ program, files, options = [], problem }: JvmInput): Runner {
  const find = ['*/target/surefire-reports/TEST-*.xml', '*/target/failsafe-reports/TEST-*.xml'];
  return {
    name: 'maven',
    program,
    ...(problem === undefined ? {} : { problem }),
    command(scope, place) {
      const selected = testsOf(scopeParts(scope)).map(({ test, method }) =>
        method === null ? test : `${test}#${method}`,
      );
      const select =
        selected.length === 0
          ? []
          : [
              `-Dtest=${selected.join(',')}`,
              '-DfailIfNoTests=false',
              '-Dsurefire.failIfNoSpecifiedTests=false',
            ];
      const args = [...options, ...select, 'test'];
      const report = place
        ? [
            '-B',
            '-Dmaven.test.failure.ignore=true',
            '--fail-at-end',
            ...(place.isolated ? ['-o'] : []),
          ]
        : [];
      return {
        argv: [...program, ...report, ...args],
        env: {},
        find,
        droppings: ['target'],
        buildFolders: ['target'],
        display: display([...program, ...args]),
      };
    },
    parse: (input) => parseJvm(input, files),
  };
}

/** gradle by the reports of its test tasks. A task that is up to date would write none, so it is cleaned first. */
export function gradleRunner({ program, files, options = [], problem }: JvmInput): Runner {
  return {
    name: 'gradle',
    program,
    ...(problem === undefined ? {} : { problem }),
    command(scope, place) {
      const selected = testsOf(scopeParts(scope)).flatMap(({ test, method }) => [
        '--tests',
        `*${test.replaceAll('$', '.')}${method === null ? '*' : `.${method}`}`,
      ]);
      const args = [...options, 'test', ...selected];
      const report = place
        ? [
            '--no-daemon',
            '--console=plain',
            '--continue',
            ...(place.isolated ? ['--offline'] : []),
            'cleanTest',
          ]
        : [];
      return {
        argv: [...program, ...report, ...args],
        env: place ? gradleEnvironment(place) : {},
        ...(place ? { hooks: gradleEnvironment(place) } : {}),
        find: ['*/build/test-results/*/TEST-*.xml'],
        droppings: ['build', '.gradle'],
        buildFolders: ['build', '.gradle'],
        display: display([...program, ...args]),
      };
    },
    parse: (input) => parseJvm(input, files),
    instrument(words) {
      const at = words.indexOf('test');
      if (!/(?:^|\/)gradlew?$/.test(words[0] ?? '') || at < 0) return null;
      return [...words.slice(0, at), 'cleanTest', ...words.slice(at)];
    },
  };
}

/** In a sandbox the home folder is empty at each command; downloaded packages are read from the real one. */
function gradleEnvironment(place: RunPlace): Record<string, string> {
  return place.isolated ? { GRADLE_USER_HOME: `${place.cache}/gradle` } : {};
}

/** Classes, with methods where the scope names them; what stands after a parameter list is not part of the name. */
function testsOf(parts: ScopeParts): { test: string; method: string | null }[] {
  const classOf = (file: string) => (file.split('/').at(-1) ?? file).replace(SOURCE, '');
  const ids = parts.ids.map((id) => {
    const levels = id.name.split(' > ');
    const method = (levels.pop() ?? '').replace(/[({[].*$/s, '');
    return { test: [classOf(id.file), ...levels].join('$'), method };
  });
  const patterns = parts.patterns.map((pattern) => {
    const [test = '*', method = null] = pattern.split('#');
    return /^[A-Z]/.test(test) ? { test, method } : { test: '*', method: `*${pattern}*` };
  });
  return [
    ...parts.files.map((file) => ({ test: classOf(file), method: null })),
    ...ids,
    ...patterns,
  ];
}

export function parseJvm(input: ReportInput, files: readonly string[]): ParsedReport {
  const reports = [...input.files].filter(([name]) => /\/TEST-.*\.xml$/.test(name));
  const parsed = reports.map(([, text]) => parseJUnit(text));
  const cases = new CaseSet();
  for (const one of parsed.flatMap((report) => report.cases)) {
    cases.add(caseOf(one, files, input.root));
  }
  const isBroken = BROKEN.test(input.output);
  const complete = parsed.length > 0 && parsed.every((report) => report.complete) && !isBroken;
  return { cases: cases.list(), complete };
}

function caseOf(one: JUnitCase, files: readonly string[], root: string): TestCase {
  const [outer = '', ...inner] = one.classname.split('$');
  const path = outer.replaceAll('.', '/');
  const file = files.find((candidate) => candidate.replace(SOURCE, '').endsWith(`/${path}`));
  const name = [...inner, one.name.replace(/\(\)$/, '')].join(' > ');
  const isFailure = one.verdict === 'failed' || one.verdict === 'error';
  return {
    id: `${file ?? outer}::${name}`,
    verdict: one.verdict,
    ...(file === undefined ? {} : { file }),
    ...(isFailure ? { trace: traceOf(one, files, root) } : {}),
  };
}

function traceOf(one: JUnitCase, files: readonly string[], root: string): string {
  const lines = one.text.trim().split('\n');
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  const message = (first < 0 ? lines : lines.slice(0, first)).join('\n').trim() || one.message;
  const frames: Frame[] = [];
  for (const line of first < 0 ? [] : lines.slice(first)) {
    const match = /^\s+at (?:[\w.@-]*\/)?([\w.$]+)\.[\w$<>]+\(([\w.-]+):(\d+)\)/.exec(line);
    if (!match?.[1] || !match[2]) continue;
    const folder = match[1].split('.').slice(0, -1).join('/');
    const path = folder === '' ? `/${match[2]}` : `/${folder}/${match[2]}`;
    const file = files.find((candidate) => `/${candidate}`.endsWith(path));
    if (file) frames.unshift([file, Number(match[3])]);
  }
  return shortTrace(message, frames, root);
}

/** pom.xml in the root. */
export async function detectMaven(
  project: Project,
  options: readonly string[] = [],
): Promise<Runner | null> {
  if (!project.has('pom.xml')) return null;
  const { files } = project;
  const version = await project.probe(['mvn', '--version']);
  if (version?.exitCode === 0) return mavenRunner({ program: ['mvn'], files, options });
  if (project.has('mvnw')) return mavenRunner({ program: ['sh', 'mvnw'], files, options });
  const problem = `The tests need maven: ${whyUnusable('mvn', version)}.`;
  return mavenRunner({ program: ['mvn'], files, options, problem });
}

/** build.gradle in the root; its wrapper where the version that it names is already downloaded. */
export async function detectGradle(
  project: Project,
  options: readonly string[] = [],
): Promise<Runner | null> {
  const names = ['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'];
  if (!names.some(project.has)) return null;
  const { files } = project;
  const script = 'ls -d "$HOME"/.gradle/wrapper/dists/*/*';
  if (project.has('gradlew') && (await works(project, ['sh', '-c', script]))) {
    return gradleRunner({ program: ['sh', 'gradlew'], files, options });
  }
  const version = await project.probe(['gradle', '--version']);
  const problem =
    version?.exitCode === 0
      ? {}
      : { problem: `The tests need gradle: ${whyUnusable('gradle', version)}.` };
  return gradleRunner({ program: ['gradle'], files, options, ...problem });
}

async function works(project: Project, argv: readonly string[]): Promise<boolean> {
  return (await project.probe(argv))?.exitCode === 0;
}
