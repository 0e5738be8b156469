import type { ParsedReport } from '../runner.ts';
import { CaseSet } from './events.ts';

/** One report out of several; complete when each is. @returns null for none */
export function mergeReports(reports: readonly ParsedReport[]): ParsedReport | null {
  const [first] = reports;
  if (!first) return null;
  if (reports.length === 1) return first;
  const cases = new CaseSet();
  for (const report of reports) for (const one of report.cases) cases.add(one);
  const runners = [...new Set(reports.flatMap((report) => report.runner ?? []))];
  return {
    cases: cases.list(),
    complete: reports.every((report) => report.complete),
    ...(runners.length > 0 ? { runner: runners.join(' and ') } : {}),
  };
}

/** Report files whose name starts with a runner's name; a command may have run it several times. */
export function filesOf(files: ReadonlyMap<string, string>, start: string): string[] {
  return [...files].filter(([name]) => name.startsWith(start)).map(([, text]) => text);
}
