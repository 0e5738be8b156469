import { appendFile, mkdir, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { messageOf, UsageError } from '../errors.ts';

/** A completion that a model of ours wrote, a line of the samples file. */
const GeneratedSample = z.looseObject({
  task_id: z.string().min(1),
  completion: z.string(),
  model: z.string(),
  /** US dollars; null when the price is unknown. */
  cost_usd: z.number().nullable(),
  /** Why there is no code in it. */
  refused: z.string().optional(),
});
export type GeneratedSample = z.infer<typeof GeneratedSample>;

/** A file of samples that grows by whole lines. */
export interface SamplesFile {
  /** What an earlier run wrote. */
  readonly samples: readonly GeneratedSample[];
  append(sample: GeneratedSample): Promise<void>;
}

/**
 * Opens a file of samples, or begins one. A last line that was cut when its writer was killed is taken off.
 *
 * @throws {UsageError} when it cannot be read or written, or is something else
 */
export async function openSamplesFile(path: string): Promise<SamplesFile> {
  const text = await readOrBegin(path);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
  const samples = whole.split('\n').flatMap((line, at) => {
    if (line === '') return [];
    const parsed = GeneratedSample.safeParse(parseJson(line));
    if (parsed.success) return [parsed.data];
    throw new UsageError(
      `${path}, line ${at + 1} is no sample that was generated here; name another file with --out`,
    );
  });
  let writing = Promise.resolve();
  return {
    samples,
    append(sample) {
      writing = writing.then(() => appendFile(path, `${JSON.stringify(sample)}\n`));
      return writing;
    },
  };
}

async function readOrBegin(path: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, '');
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be written (${messageOf(error)})`, { cause: error });
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
