import * as z from 'zod';
import type { Instance } from '../instance.ts';
import { checkRow, type RowPlace } from './row.ts';

const Tests = z.record(z.string(), z.unknown()).nullish();

/** A row of Multi-SWE-bench (Zan et al. 2025). */
const MultiRow = z.looseObject({
  org: z.string().min(1),
  repo: z.string().min(1),
  number: z.coerce.number().int(),
  instance_id: z.string().nullish(),
  base: z.looseObject({ sha: z.string() }),
  resolved_issues: z
    .array(z.looseObject({ title: z.string().nullish(), body: z.string().nullish() }))
    .nullish(),
  title: z.string().nullish(),
  body: z.string().nullish(),
  hints: z.string().nullish(),
  fix_patch: z.string(),
  test_patch: z.string(),
  p2p_tests: Tests,
  f2p_tests: Tests,
  s2p_tests: Tests,
  n2p_tests: Tests,
  lang: z.string().nullish(),
});

export function isMultiSweBench(row: object): boolean {
  return 'org' in row && 'fix_patch' in row;
}

/**
 * Tests that did not pass before and pass with the fix (they failed, were skipped or not there) are FAIL_TO_PASS. The
 * parsers of its own harness are not here: a row can be worked on, and graded only where its log parser is given.
 *
 * @throws {UsageError} naming file, row and field
 */
export function multiSweBenchInstance(value: unknown, place: RowPlace): Instance {
  const row = checkRow(MultiRow, value, place);
  const names = (tests: z.infer<typeof Tests>) => Object.keys(tests ?? {});
  const issues = row.resolved_issues ?? [];
  const statement = issues
    .map(({ title, body }) => `${title ?? ''}\n\n${body ?? ''}`.trim())
    .join('\n\n');
  return {
    id: row.instance_id ?? `${row.org}__${row.repo}-${row.number}`,
    repo: `${row.org}/${row.repo}`,
    baseCommit: row.base.sha,
    version: '',
    problemStatement: statement === '' ? (row.body ?? row.title ?? '') : statement,
    hints: row.hints ?? '',
    patch: row.fix_patch,
    testPatch: row.test_patch,
    evalScript: '',
    image: `mswebench/${row.org}_m_${row.repo}:pr-${row.number}`.toLowerCase(),
    logParser: '',
    evalType: 'pass_and_fail',
    failToPass: [row.f2p_tests, row.s2p_tests, row.n2p_tests].flatMap(names),
    passToPass: names(row.p2p_tests),
    assets: [],
    ...(row.lang ? { language: row.lang.toLowerCase() } : {}),
  };
}
