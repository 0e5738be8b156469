import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { messageOf, UsageError } from '../errors.ts';

/** A problem of HumanEval (Chen et al. 2021, "Evaluating Large Language Models Trained on Code"). */
const Problem = z.looseObject({
  task_id: z.string().min(1),
  prompt: z.string(),
  entry_point: z.string().min(1),
  canonical_solution: z.string(),
  test: z.string(),
});
export type Problem = z.infer<typeof Problem>;

/** A completion of a problem's prompt. */
const Sample = z.looseObject({ task_id: z.string().min(1), completion: z.string() });
export type Sample = z.infer<typeof Sample>;

/** @throws {UsageError} naming file, line and field */
export async function readProblems(path: string): Promise<Problem[]> {
  return readLines(path, Problem);
}

/** @throws {UsageError} naming file, line and field, or a problem that does not exist */
export async function readSamples(path: string, problems: readonly Problem[]): Promise<Sample[]> {
  const samples = await readLines(path, Sample);
  const known = new Set(problems.map(({ task_id }) => task_id));
  const unknown = samples.find(({ task_id }) => !known.has(task_id));
  if (unknown) throw new UsageError(`${path}: there is no problem ${unknown.task_id}`);
  return samples;
}

/** Values of a JSON Lines file, packed by gzip or not. */
async function readLines<T>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  const text = await readText(path);
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    const place = `${path}, line ${at + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new UsageError(`${place} is not JSON: ${messageOf(error)}`, { cause: error });
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return [parsed.data];
    const [issue] = parsed.error.issues;
    throw new UsageError(`${place}: the field "${issue?.path.join('.')}": ${issue?.message}`);
  });
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (packed ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${messageOf(error)})`, { cause: error });
  }
}
