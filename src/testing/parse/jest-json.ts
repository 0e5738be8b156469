import * as z from 'zod';
import type { TestCase, TestVerdict } from '../report.ts';
import type { ParsedReport } from '../runner.ts';
import { insideRoot, stackTrace } from '../trace.ts';
import { CaseSet, jsId } from './events.ts';

const assertion = z.object({
  ancestorTitles: z.array(z.string()).default([]),
  title: z.string(),
  status: z.string(),
  failureMessages: z.array(z.string()).nullish(),
});

/** What `jest --json` and vitest's `json` reporter have in common. */
const report = z.object({
  numTotalTests: z.number(),
  wasInterrupted: z.boolean().optional(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string().optional(),
      message: z.string().nullish(),
      assertionResults: z.array(assertion).default([]),
    }),
  ),
});

/** @returns null when the text is not such a report */
export function parseJestJson(text: string, root: string): ParsedReport | null {
  const parsed = safeJson(text);
  const data = report.safeParse(parsed).data;
  if (!data) return null;
  const cases = new CaseSet();
  for (const result of data.testResults) {
    const file = insideRoot(result.name, root) ?? result.name;
    for (const one of result.assertionResults) cases.add(caseOf(one, file, root));
    if (result.assertionResults.length === 0 && result.status === 'failed') {
      const message = result.message ?? 'The file could not be loaded.';
      cases.add({ id: file, verdict: 'error', file, trace: stackTrace(message, message, root) });
    }
  }
  return { cases: cases.list(), complete: data.wasInterrupted !== true };
}

function caseOf(one: z.infer<typeof assertion>, file: string, root: string): TestCase {
  const names = [...one.ancestorTitles.filter((title) => title !== ''), one.title];
  const verdict = verdictOf(one.status);
  const message = one.failureMessages?.[0];
  const trace = message === undefined ? undefined : stackTrace(message, message, root);
  const isFailure = verdict === 'failed' || verdict === 'error';
  return {
    id: jsId(file, names),
    verdict,
    file,
    ...(isFailure && trace !== undefined ? { trace } : {}),
  };
}

function verdictOf(status: string): TestVerdict {
  if (status === 'passed' || status === 'failed') return status;
  return ['skipped', 'pending', 'todo', 'disabled', 'focused'].includes(status)
    ? 'skipped'
    : 'error';
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
