import * as z from 'zod';
import { UsageError } from '../../errors.ts';
import { checkRow } from '../datasets/row.ts';
import { readYaml } from '../datasets/text-files.ts';
import type { Instance } from '../instance.ts';

const Words = z.union([z.string().transform((word) => [word]), z.array(z.string())]);

/** One entry of a set-up file; the first that matches an instance counts. */
const Entry = z.strictObject({
  /** `owner/name`, or `*`. */
  repo: z.string().min(1),
  /** Versions as the rows name them; default all. */
  version: Words.optional(),
  /** `3.9`: a virtual environment of it is on PATH. */
  python: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  /** Shell lines run in the repository, with network; default what the repository's own files tell. */
  run: z.string().optional(),
  /** Lines of evaluation scripts that are rewritten: regular expression to text. */
  replace: z.record(z.string(), z.string()).optional(),
});
export type SetupEntry = z.infer<typeof Entry>;

/**
 * Reads a set-up file: a YAML list of entries.
 *
 * @throws {UsageError} naming file, entry and field
 */
export async function readSetupFile(path: string): Promise<SetupEntry[]> {
  const value = await readYaml(path);
  if (!Array.isArray(value)) throw new UsageError(`${path} has to hold a list of set-ups`);
  const entries = value.map((entry, at) => checkRow(Entry, entry, { source: path, row: at + 1 }));
  for (const source of entries.flatMap(({ replace }) => Object.keys(replace ?? {}))) {
    try {
      new RegExp(source);
    } catch (error) {
      throw new UsageError(`${path}: replace: ${JSON.stringify(source)} is no regular expression`, {
        cause: error,
      });
    }
  }
  return entries;
}

/** The entry for an instance, by repository and version. */
export function matchSetup(
  entries: readonly SetupEntry[],
  { repo, version }: Instance,
): SetupEntry | undefined {
  return entries.find(
    (entry) =>
      (entry.repo === '*' || entry.repo.toLowerCase() === repo.toLowerCase()) &&
      (entry.version === undefined || entry.version.includes(version)),
  );
}
