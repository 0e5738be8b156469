import type { ReportInput } from '../../src/testing/runner.ts';

/** What a run left behind, for parsers: nothing, unless told. */
export function reportInput(
  parts: Partial<Omit<ReportInput, 'files'>> & { files?: Record<string, string> },
): ReportInput {
  const { files = {}, ...rest } = parts;
  const stdout = rest.stdout ?? '';
  return {
    output: stdout,
    exitCode: 0,
    root: '/repo',
    scope: {},
    ...rest,
    stdout,
    files: new Map(Object.entries(files)),
  };
}
