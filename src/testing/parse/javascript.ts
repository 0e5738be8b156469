import type { ParsedReport, ReportInput } from '../runner.ts';
import { parseEvents } from './events.ts';
import { parseJestJson } from './jest-json.ts';
import { filesOf, mergeReports } from './merge.ts';

/**
 * Every report that runners of the JavaScript family left in the report folder, by our hooks or by their own JSON.
 *
 * @returns null when there is none, or none that tells of tests
 */
export function parseJsReports(input: ReportInput): ParsedReport | null {
  const { files, root } = input;
  const reports: ParsedReport[] = [];
  for (const runner of ['jest', 'vitest']) {
    for (const text of filesOf(files, runner)) {
      const report = parseJestJson(text, root);
      if (report) reports.push({ ...report, runner });
    }
  }
  for (const [start, runner] of [
    ['node-test', 'node:test'],
    ['mocha', 'mocha'],
    ['karma', 'karma'],
  ] as const) {
    for (const text of filesOf(files, start)) reports.push({ ...parseEvents(text, root), runner });
  }
  return mergeReports(reports.filter((report) => report.cases.length > 0 || !report.complete));
}
