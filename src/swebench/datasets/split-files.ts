import { UsageError } from '../../errors.ts';

const DATA = /\.(parquet|jsonl|json)$/;
/** Files of a dataset's repository that describe it and hold no rows. */
const DESCRIPTION = /(^|\/)(dataset_infos?|state|dataset_dict|package|config)\.json$/;

/**
 * The data files of one split, as published datasets name them: `data/test-00000-of-00001.parquet`, `test.jsonl`,
 * `test/part.parquet`, a name with the split as a word of its own, or, where no file names any split, all of them.
 *
 * @param paths in the repository or folder, with `/`
 * @param source for the message
 * @throws {UsageError} when there are none
 */
export function filesOfSplit(paths: readonly string[], split: string, source: string): string[] {
  const data = paths.filter((path) => DATA.test(path) && !DESCRIPTION.test(path)).sort();
  const name = split.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const rules = [
    new RegExp(`(^|/)${name}-\\d{5}-of-\\d{5}[^/]*\\.parquet$`),
    new RegExp(`(^|/)${name}\\.[^/]+$`),
    new RegExp(`(^|/)${name}/[^/]+$`),
    new RegExp(`(^|[/._-])${name}[._-][^/]*$`),
  ];
  for (const rule of rules) {
    const found = data.filter((path) => rule.test(path));
    if (found.length > 0) return found;
  }
  const namesSplits = data.some((path) =>
    /(^|[/._-])(train|test|dev|validation|valid|lite|verified|full)([/._-])/.test(path),
  );
  if (data.length > 0 && !namesSplits) return data;
  const shown = data.length === 0 ? 'it has no data files' : `it has ${data.join(', ')}`;
  throw new UsageError(`--split: ${source} has no split ${JSON.stringify(split)}; ${shown}`);
}
