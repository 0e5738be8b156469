import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { evaluateSamples } from '../../../src/humaneval/evaluate.ts';
import { readProblems } from '../../../src/humaneval/problem.ts';
import { sharedData } from '../swebench/data.ts';

const dir = mkdtempSync(join(tmpdir(), 'patchwright-humaneval-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('HumanEval', () => {
  it.each([
    ['the reference solutions', (solution: string) => solution, 164],
    ['empty completions', () => '', 0],
  ])(
    '%s',
    async (_, completionOf, expected) => {
      const problems = await readProblems(join(sharedData, 'humaneval', 'HumanEval.jsonl.gz'));
      expect(problems.length).toBe(164);
      const samples = problems.map(({ task_id, canonical_solution }) => ({
        task_id,
        completion: completionOf(canonical_solution),
      }));
      const { results } = await evaluateSamples(problems, samples, {
        kind: 'bubblewrap',
        dir,
        // The time that programs have is told to the second; a busy machine needs more than the paper's 3.
        seconds: 20,
        bytes: 4 * 2 ** 30,
        workers: 2,
        ks: [1],
        onResult: () => {},
        signal: new AbortController().signal,
      });
      const passed = results.filter((result) => result.passed);
      expect(passed.length).toBe(expected);
    },
    600_000,
  );
});
