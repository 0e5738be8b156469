import picomatch from 'picomatch';
import { display } from '../command-line.ts';
import { parseJsReports } from '../parse/javascript.ts';
import type {
  ParsedReport,
  ReportInput,
  Runner,
  RunnerCommand,
  RunPlace,
  ScopeParts,
} from '../runner.ts';
import { escapeRegExp, exactPattern, scopeParts } from '../runner.ts';

/** How a runner of the project is called: its own script taken apart, or the bare runner. */
export interface JsCall {
  /** For instance `['node_modules/.bin/mocha']` or `['node', '--test']`. */
  readonly program: readonly string[];
  /** Arguments of the project's own script that select no tests. */
  readonly options: readonly string[];
  /** Arguments that select tests: files, folders, globs. */
  readonly selection: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Shell line of the build steps before it. */
  readonly prepare?: string;
  readonly problem?: string;
}

/** What sets one runner of the family apart from the others. */
export interface Flavour {
  readonly name: string;
  /** Arguments that select the scope, in place of the call's own selection where it names files. */
  scope(parts: ScopeParts): readonly string[];
  /** Arguments and environment that give the report. */
  report(
    place: RunPlace,
    parts: ScopeParts,
  ): { args?: readonly string[]; env?: Readonly<Record<string, string>> };
  parse(input: ReportInput): ParsedReport;
  /** Expands the selection where the runner would not. */
  expand?(selection: readonly string[]): readonly string[];
  /** The arguments for the report take the place of the selection. */
  readonly replaceSelection?: boolean;
  readonly droppings?: readonly string[];
}

const NOTHING: ParsedReport = { cases: [], complete: false };

/** Titles from the outermost suite to the test, as the id of a JavaScript test holds them. */
function titles(name: string): string[] {
  return name.split(' > ');
}

/** Files named by a scope, directly or by ids. */
export function filesOf(parts: ScopeParts): string[] {
  return [...new Set([...parts.files, ...parts.ids.map((id) => id.file)])];
}

/** Full names joined by a space, as jest, vitest and mocha match them; a suite's name also takes its tests. */
export function fullNamePattern(parts: ScopeParts): string | null {
  const names = parts.ids.map((id) => titles(id.name).join(' '));
  if (names.length === 0) return exactPattern([], parts.patterns);
  const exact = names.map((name) => `^${escapeRegExp(name)}( |$)`);
  return [...exact, ...parts.patterns.map(escapeRegExp)].join('|');
}

export const jest: Flavour = {
  name: 'jest',
  scope(parts) {
    const pattern = fullNamePattern(parts);
    const files = filesOf(parts);
    return [
      ...(files.length > 0 ? ['--runTestsByPath', ...files] : []),
      ...(pattern === null ? [] : ['-t', pattern]),
    ];
  },
  report: (place) => ({
    args: [
      '--ci',
      '--watchman=false',
      '--coverage=false',
      `--cacheDirectory=${place.cache}/jest`,
      '--json',
      `--outputFile=${place.reports}/jest.json`,
    ],
  }),
  parse: (input) => parseJsReports(input) ?? NOTHING,
};

export const vitest: Flavour = {
  name: 'vitest',
  scope(parts) {
    const pattern = fullNamePattern(parts);
    return [...filesOf(parts), ...(pattern === null ? [] : ['-t', pattern])];
  },
  report: (place) => ({
    args: [
      '--reporter=default',
      '--reporter=json',
      '--coverage.enabled=false',
      `--outputFile.json=${place.reports}/vitest.json`,
    ],
  }),
  parse: (input) => parseJsReports(input) ?? NOTHING,
};

export const mocha: Flavour = {
  name: 'mocha',
  scope(parts) {
    const pattern = fullNamePattern(parts);
    return [...filesOf(parts), ...(pattern === null ? [] : ['--grep', pattern])];
  },
  report(place, parts) {
    const files = filesOf(parts);
    const limit = ['--require', `${place.hooks}/patchwright-mocha-files.cjs`];
    return {
      args: [
        '--reporter',
        `${place.hooks}/patchwright-mocha.cjs`,
        ...(files.length > 0 ? limit : []),
      ],
      env: {
        PATCHWRIGHT_REPORTS: place.reports,
        ...(files.length > 0 ? { PATCHWRIGHT_MOCHA_FILES: JSON.stringify(files) } : {}),
      },
    };
  },
  parse: (input) => parseJsReports(input) ?? NOTHING,
};

/** @param files of the project, to expand globs, which `node --test` does not do before version 21 */
export function nodeTest(files: readonly string[]): Flavour {
  return {
    name: 'node:test',
    scope(parts) {
      const pattern = nodeNamePattern(parts);
      return [...(pattern === null ? [] : [`--test-name-pattern=${pattern}`]), ...filesOf(parts)];
    },
    report: (place) => ({
      args: nodeReporterArgs(place),
      env: { PATCHWRIGHT_REPORTS: place.reports },
    }),
    parse: (input) => parseJsReports(input) ?? NOTHING,
    expand: (selection) =>
      selection.flatMap((word) =>
        /[*?{]/.test(word) ? files.filter((file) => picomatch.isMatch(file, word)) : [word],
      ),
  };
}

/** Options that make node's runner report to us and still print for a person. */
export function nodeReporterArgs(place: RunPlace): string[] {
  return [
    `--test-reporter=${place.hooks}/patchwright-node-test.cjs`,
    '--test-reporter-destination=stdout',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
  ];
}

/**
 * Node 18 and 20 match each test's own name and need its parents to match too; 22 matches the full name. So every
 * name, and every full name, on the way to the test is given; what this takes too much is left out of the report.
 */
function nodeNamePattern(parts: ScopeParts): string | null {
  const names = new Set<string>();
  for (const { name } of parts.ids) {
    const path = titles(name);
    path.forEach((title, index) => {
      names.add(title);
      names.add(path.slice(0, index + 1).join(' '));
    });
  }
  return exactPattern([...names], parts.patterns);
}

/** A runner of the JavaScript family from its flavour and the way this project calls it. */
export function jsRunner(flavour: Flavour, call: JsCall): Runner {
  const isNode = call.program[0] === 'node' && call.program.includes('--test');
  return {
    name: flavour.name,
    program: call.program,
    ...(call.problem === undefined ? {} : { problem: call.problem }),
    command(scope, place): RunnerCommand {
      const parts = scopeParts(scope);
      const selected = filesOf(parts).length > 0 && !flavour.replaceSelection;
      const dropped = selected || (place !== undefined && flavour.replaceSelection);
      const selection = dropped ? [] : (flavour.expand?.(call.selection) ?? call.selection);
      const report = place ? flavour.report(place, parts) : {};
      const wanted = flavour.scope(parts);
      const [first = 'node', ...rest] = call.program;
      const program = place && first.includes('/') ? `${place.root}/${first}` : first;
      const args = isNode
        ? [...call.options, ...wanted, ...selection]
        : [...call.options, ...selection, ...wanted];
      const before = isNode ? (report.args ?? []) : [];
      const after = isNode ? [] : (report.args ?? []);
      return {
        argv: [program, ...rest, ...before, ...args, ...after],
        env: { CI: 'true', NO_COLOR: '1', FORCE_COLOR: '0', ...report.env, ...call.env },
        ...(call.prepare === undefined ? {} : { prepare: prepareArgv(call.prepare) }),
        ...(flavour.droppings ? { droppings: flavour.droppings } : {}),
        display: display([
          ...call.program,
          ...call.options,
          ...(selected ? [] : call.selection),
          ...wanted,
        ]),
      };
    },
    parse: flavour.parse,
  };
}

/** The build steps of a script, run as npm would run them. */
function prepareArgv(line: string): string[] {
  return ['bash', '-c', `PATH="$PWD/node_modules/.bin:$PATH"; ${line}`];
}
