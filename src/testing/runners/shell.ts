import { parseEvents } from '../parse/events.ts';
import { parseJestJson } from '../parse/jest-json.ts';
import type { TestCase } from '../report.ts';
import type { ParsedReport, ReportInput, Runner, RunPlace } from '../runner.ts';
import {
  JEST_REPORT,
  MOCHA_REPORT,
  NODE_TEST_REPORT,
  nodeReporterArgs,
  VITEST_REPORT,
} from './javascript.ts';
import { parsePython, pythonHooks } from './python.ts';

export interface ShellOptions {
  /** False where the command's node is too old for a reporter, or the line brings reporters of its own. */
  readonly nodeReporter?: boolean;
}

/**
 * A whole command line, run by bash as it stands. The hooks make every runner in it report through the environment;
 * where none does, the exit code and the output count.
 *
 * @param line shell text
 * @param shown what a person reads for it
 */
export function shellRunner(line: string, shown: string, options: ShellOptions = {}): Runner {
  return {
    name: 'command',
    program: ['bash', '-c', line],
    command(_scope, place) {
      return {
        argv: ['bash', '-c', line],
        env: place ? allHooks(place, options.nodeReporter ?? true) : {},
        display: shown,
      };
    },
    parse: (input) => parseAny(input, shown),
  };
}

function allHooks(place: RunPlace, nodeReporter: boolean): Record<string, string> {
  const preload = `--require=${place.hooks}/patchwright-preload.cjs`;
  return {
    ...pythonHooks(place),
    CI: 'true',
    NO_COLOR: '1',
    PATCHWRIGHT_REPORTS: place.reports,
    PATCHWRIGHT_MOCHA_REPORT: `${place.reports}/${MOCHA_REPORT}`,
    NODE_OPTIONS: [preload, ...(nodeReporter ? nodeReporterArgs(place) : [])].join(' '),
  };
}

/** Every report that the hooks left, put together; the exit code where there is none. */
function parseAny(input: ReportInput, shown: string): ParsedReport {
  const { files, root } = input;
  const reports: [string, ParsedReport | null][] = [
    ['pytest', parsePython(input)],
    ['mocha', eventsOf(files.get(MOCHA_REPORT), root)],
    ['node:test', eventsOf(files.get(NODE_TEST_REPORT), root)],
    ['jest', parseJestJson(files.get(JEST_REPORT) ?? '', root)],
    ['vitest', parseJestJson(files.get(VITEST_REPORT) ?? '', root)],
  ];
  const told = reports.flatMap(([name, report]) =>
    report && (report.cases.length > 0 || !report.complete)
      ? [{ ...report, runner: report.runner ?? name }]
      : [],
  );
  if (told.length === 0) return byExitCode(input, shown);
  return {
    cases: told.flatMap((report) => report.cases),
    complete: told.every((report) => report.complete),
    runner: told.map((report) => report.runner).join(' and '),
  };
}

function eventsOf(text: string | undefined, root: string): ParsedReport | null {
  return text ? parseEvents(text, root) : null;
}

/** 126 and 127: the shell could not start the command. */
function byExitCode(input: ReportInput, shown: string): ParsedReport {
  const { exitCode, output } = input;
  const started = exitCode !== null && exitCode !== 126 && exitCode !== 127;
  if (!started || (exitCode === 0 && output.trim() === '')) return { cases: [], complete: false };
  const tail = output.trim().slice(-1_500);
  const testCase: TestCase =
    exitCode === 0
      ? { id: shown, verdict: 'passed' }
      : { id: shown, verdict: 'failed', trace: `exit code ${exitCode}\n${tail}` };
  return { cases: [testCase], complete: true, runner: 'command' };
}
