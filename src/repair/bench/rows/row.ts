import * as z from 'zod';
import type { RowLanguage } from './language.ts';

/** A row of HumanEvalFix (Muennighoff et al. 2023, HumanEvalPack), with stronger inputs where the file has them. */
export const HumanEvalFixRow = z.object({
  task_id: z.string(),
  /** Where neither this nor the id tells the language, the program does. */
  language: z.string().optional(),
  prompt: z.string().default(''),
  buggy_solution: z.string(),
  /** Where it is missing, stronger inputs decide alone. */
  canonical_solution: z.string().optional(),
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

export interface Row extends z.infer<typeof HumanEvalFixRow> {
  readonly language: RowLanguage;
}
