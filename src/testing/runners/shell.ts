import { parseJsReports } from '../parse/javascript.ts';
import { mergeReports } from '../parse/merge.ts';
import type { TestCase } from '../report.ts';
import type { ParsedReport, ReportInput, Runner, RunPlace } from '../runner.ts';
import { TOX_HOOKS } from '../tox.ts';
import { nodeReporterArgs } from './javascript.ts';
import { parsePython, pythonHooks } from './python.ts';
import { parseTapRunner } from './tap-family.ts';

export interface ShellOptions {
  /** False where the command's node is too old for a reporter, or the line brings reporters of its own. */
  readonly nodeReporter?: boolean;
  /** The runner that the line is known to call: it reads the report where no hook wrote one. */
  readonly like?: Runner | undefined;
  /** The line with what makes `like` report, where the environment cannot do that. */
  readonly instrumented?: ((place: RunPlace) => string | null) | undefined;
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
      if (!place) return { argv: ['bash', '-c', line], env: {}, display: shown };
      const own = options.like?.command({}, place);
      const { find, droppings } = own ?? {};
      return {
        argv: ['bash', '-c', options.instrumented?.(place) ?? line],
        env: { ...shellHooks(place, options.nodeReporter ?? true), ...own?.hooks },
        display: shown,
        ...(find ? { find } : {}),
        ...(droppings ? { droppings } : {}),
      };
    },
    parse: (input) => parseAny(input, shown, options.like),
  };
}

/** Variables that make every runner below a shell report. */
export function shellHooks(place: RunPlace, nodeReporter: boolean): Record<string, string> {
  const preload = `--require=${place.hooks}/patchwright-preload.cjs`;
  const args = [preload, ...(nodeReporter ? nodeReporterArgs(place) : [])];
  const nodeOptions = args
    .map((arg) => (/[\s"\\]/.test(arg) ? JSON.stringify(arg) : arg))
    .join(' ');
  return {
    ...pythonHooks(place),
    ...TOX_HOOKS,
    CI: 'true',
    NO_COLOR: '1',
    PATCHWRIGHT_REPORTS: place.reports,
    PATCHWRIGHT_NODE_OPTIONS: nodeOptions,
    NODE_OPTIONS: nodeOptions,
  };
}

/** Every report that the hooks left, put together; then what `like` finds, then TAP; then the exit code. */
function parseAny(input: ReportInput, shown: string, like: Runner | undefined): ParsedReport {
  const python = parsePython(input);
  const js = parseJsReports(input);
  const merged = mergeReports([python, js].filter((report) => report !== null));
  if (merged) return merged;
  const own = like?.parse(input);
  if (like && own && own.cases.length > 0) return { ...own, runner: like.name };
  return parseTapRunner(input) ?? byExitCode(input, shown);
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
