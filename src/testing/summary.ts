import type { Comparison, Counts } from './compare.ts';
import { isFailing } from './compare.ts';
import type { TestCase, TestReport } from './report.ts';

const MAX_CHARS = 14_000;
const MAX_IDS = 40;
const MAX_CASE_CHARS = 1_500;
const MAX_OUTPUT = 5_000;

export interface SummaryInput {
  readonly report: TestReport;
  readonly comparison: Comparison;
  /** `this run`: nothing was changed before it; `unknown`: the untouched repository could not be tested. */
  readonly baseline: 'kept' | 'this run' | 'unknown';
  /** Ids that gave different verdicts on the same tree. */
  readonly flaky: readonly string[];
}

/** What a model reads about a run of the tests: counts first, then each list with the shortest traces. */
export function summarise(input: SummaryInput): string {
  const { report, comparison, baseline, flaky } = input;
  const parts = [headline(report, comparison.counts), comparedWith(input)];
  const writer = new SectionWriter(new Set(flaky));
  if (baseline === 'this run') {
    writer.section('Failing before any change', report.cases.filter(isFailing));
  } else {
    writer.section('Newly failing: did not fail before your changes', comparison.newlyFailing);
    writer.section(
      baseline === 'unknown'
        ? 'Failing; how they behave on the untouched repository is not known'
        : 'Failing, and not in the untouched repository',
      comparison.failingUnknown,
    );
    writer.section('Newly passing', comparison.newlyPassing, false);
    writer.section('Still failing: failed before your changes too', comparison.stillFailing);
    writer.section('Passed before, and not in this run', comparison.missing, false);
  }
  parts.push(...writer.parts);
  if (flaky.length > 0) {
    const names = flaky.slice(0, MAX_IDS).map((id) => `- ${id}`);
    parts.push(`Flaky: passed and failed on the same files.\n${names.join('\n')}`);
  }
  return parts.filter((part) => part !== '').join('\n\n');
}

function headline(report: TestReport, counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  const time = (report.durationMs / 1000).toFixed(1);
  return `${report.runner}: ${counts.passed} passed, ${counts.failed} failed${skipped} in ${time} s (\`${report.command}\`).`;
}

function comparedWith({ comparison, baseline }: SummaryInput): string {
  if (baseline === 'this run') {
    return 'Nothing is changed yet, so this run is what later ones are compared with.';
  }
  if (baseline === 'unknown') {
    return 'The untouched repository could not be tested in the same way, so there is nothing to compare with.';
  }
  const { newlyFailing, newlyPassing, stillFailing, failingUnknown } = comparison;
  const added = failingUnknown.length > 0 ? `, ${failingUnknown.length} new and failing` : '';
  return `Compared with the untouched repository: ${newlyFailing.length} newly failing, ${newlyPassing.length} newly passing, ${stillFailing.length} still failing${added}.`;
}

/** Fills a budget of characters; the same trace is shown once. */
class SectionWriter {
  readonly parts: string[] = [];
  readonly #flaky: ReadonlySet<string>;
  readonly #traces = new Map<string, string>();
  #left = MAX_CHARS;

  constructor(flaky: ReadonlySet<string>) {
    this.#flaky = flaky;
  }

  section(title: string, cases: readonly TestCase[], withTraces = true): void {
    if (cases.length === 0) return;
    const rows: string[] = [];
    for (const one of cases.slice(0, MAX_IDS)) {
      const row = this.#row(one, withTraces);
      if (row.length > this.#left) break;
      this.#left -= row.length;
      rows.push(row);
    }
    const left = cases.length - rows.length;
    const more = left > 0 ? [`[${left} more; name files or names to see fewer tests at once]`] : [];
    this.parts.push([`${title} (${cases.length}):`, ...rows, ...more].join('\n'));
  }

  #row(one: TestCase, withTraces: boolean): string {
    const flaky = this.#flaky.has(one.id) ? ' (flaky)' : '';
    const head = `- ${one.id}${one.verdict === 'error' ? ' (error)' : ''}${flaky}`;
    if (!withTraces || one.trace === undefined || one.trace === '') return head;
    const same = this.#traces.get(one.trace);
    if (same !== undefined) return `${head}\n    as ${same}`;
    this.#traces.set(one.trace, one.id);
    const trace = one.trace.slice(0, MAX_CASE_CHARS);
    return `${head}\n${trace.replace(/^(?=.)/gm, '    ')}`;
  }
}

/** What a model reads when there is no result: why, what ended before, and what to try. */
export function explainNotRun(report: TestReport, timeoutMs: number): string {
  const failing = report.cases.filter(isFailing);
  const so = report.timedOut
    ? `The tests were stopped after ${Math.round(timeoutMs / 1000)} s, so there is no result. Name fewer tests with \`files\` or \`names\`, or look for an endless loop.`
    : `The tests did not run to an end, so there is no result; do not take this for a pass.${exitText(report)}`;
  const writer = new SectionWriter(new Set());
  writer.section('Failing until then', failing);
  const command = report.command === '' ? [] : [`Command: ${report.command}`];
  const output = report.output.trim();
  const tail =
    output.length > MAX_OUTPUT
      ? `[the end of ${output.length} characters]\n${output.slice(-MAX_OUTPUT)}`
      : output;
  const told = tail === '' ? 'It printed nothing.' : `Output:\n${tail}`;
  return [so, ...command, ...writer.parts, told].join('\n\n');
}

function exitText(report: TestReport): string {
  return report.exitCode === null ? '' : ` Exit code ${report.exitCode}.`;
}
