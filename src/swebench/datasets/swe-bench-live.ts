import { createHash } from 'node:crypto';
import * as z from 'zod';
import { END_TEST_OUTPUT, START_TEST_OUTPUT } from '../grading/markers.ts';
import type { Instance } from '../instance.ts';
import { checkRow, officialInstance, type RowPlace } from './row.ts';

const Commands = z
  .array(z.string())
  .nullish()
  .transform((commands) => commands ?? []);

/** What SWE-bench-Live has in the place of an evaluation script. */
const LiveRow = z.looseObject({
  instance_id: z.string().min(1),
  docker_image: z.string().nullish(),
  rebuild_cmds: Commands,
  test_cmds: Commands,
  print_cmds: Commands,
  log_parser: z.string().nullish(),
  parser: z.string().nullish(),
  test_patch: z.string(),
});

export function isSweBenchLive(row: object): boolean {
  return 'test_cmds' in row && !('eval_script' in row);
}

/** @throws {UsageError} naming file, row and field */
export function sweBenchLiveInstance(value: unknown, place: RowPlace): Instance {
  const row = checkRow(LiveRow, value, place);
  const named = row.log_parser ?? row.parser ?? 'pytest';
  const name = row.instance_id.replaceAll('__', '_1776_').toLowerCase();
  const { eval_type: _, ...rest } = value as Record<string, unknown>;
  return {
    ...officialInstance(rest, place),
    image: row.docker_image || `starryzhang/sweb.eval.x86_64.${name}`,
    logParser: named.trim().toLowerCase() === 'pytest' ? 'parse_log_pytest' : named,
    evalScript: evalScript(row),
  };
}

/** The row's commands between the official markers, after its test patch. */
function evalScript({
  test_patch: patch,
  rebuild_cmds: rebuild,
  test_cmds: test,
  print_cmds: print,
}: z.infer<typeof LiveRow>): string {
  const delimiter = `EOF_${createHash('sha256').update(patch).digest('hex').slice(0, 12)}`;
  return [
    '#!/bin/bash',
    'set -uxo pipefail',
    'cd /testbed',
    `git apply -v - <<'${delimiter}'`,
    patch,
    delimiter,
    ...rebuild,
    `: '${START_TEST_OUTPUT}'`,
    ...test,
    ...print,
    `: '${END_TEST_OUTPUT}'`,
    '',
  ].join('\n');
}
