import { z } from 'zod';
import { UsageError } from '../../errors.ts';

/** A row of HumanEvalFix (Muennighoff et al. 2023, HumanEvalPack), with stronger inputs where the file has them. */
export const Row = z.object({
  task_id: z.string(),
  prompt: z.string(),
  declaration: z.string(),
  buggy_solution: z.string(),
  canonical_solution: z.string(),
  test: z.string(),
  example_test: z.string().default(''),
  entry_point: z.string(),
  bug_type: z.string().default('unknown'),
  /** Inputs of HumanEval+ with what is expected: Python literals, or JSON for JavaScript. */
  plus: z
    .object({
      inputs: z.array(z.array(z.unknown())),
      expected: z.array(z.unknown()),
      atol: z.number().nullish(),
    })
    .nullish(),
});
export type Row = z.infer<typeof Row>;

/** What repair sees: the official test, or only the examples of the documentation. */
export type Visible = 'full' | 'examples';

export type RowLanguage = 'python' | 'javascript';

/** Reads a file of rows. @throws {UsageError} naming the line that is none */
export function parseRows(text: string, name: string): Row[] {
  return text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => {
      const parsed = Row.safeParse(readJson(line));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      throw new UsageError(
        `${name}: line ${number} is no row of HumanEvalFix (${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'wrong'})`,
      );
    });
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** @throws {UsageError} for another language */
export function languageOfRow(row: Row): RowLanguage {
  const language = row.task_id.split('/')[0]?.toLowerCase();
  if (language === 'python' || language === 'javascript') return language;
  throw new UsageError(`${row.task_id}: only Python and JavaScript rows can be repaired`);
}
