import { UsageError } from '../../errors.ts';
import type { Instance } from '../instance.ts';
import { isMultiSweBench, multiSweBenchInstance } from './multi-swe-bench.ts';
import { officialInstance, type RowPlace } from './row.ts';
import { isSweBenchLive, sweBenchLiveInstance } from './swe-bench-live.ts';

/** Columns that any of the formats reads; the rest of a wide file is left on the disk. */
export const COLUMNS: ReadonlySet<string> = new Set([
  ...['instance_id', 'repo', 'base_commit', 'patch', 'test_patch', 'problem_statement'],
  ...['hints_text', 'version', 'FAIL_TO_PASS', 'PASS_TO_PASS', 'eval_script', 'log_parser'],
  ...['eval_type', 'image', 'image_assets', 'language', 'split'],
  ...['docker_image', 'rebuild_cmds', 'test_cmds', 'print_cmds', 'parser'],
  ...['org', 'number', 'base', 'resolved_issues', 'title', 'body', 'hints', 'fix_patch', 'lang'],
  ...['p2p_tests', 'f2p_tests', 's2p_tests', 'n2p_tests'],
]);

/** Reads a row of any format, told by its fields. @throws {UsageError} naming file, row and field */
export function instanceOf(row: unknown, place: RowPlace): Instance {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new UsageError(`${place.source}, row ${place.row}: not an object`);
  }
  if (isMultiSweBench(row)) return multiSweBenchInstance(row, place);
  if (isSweBenchLive(row)) return sweBenchLiveInstance(row, place);
  return officialInstance(row, place);
}
