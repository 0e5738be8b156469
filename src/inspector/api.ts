import type { RunStore } from './run-store.ts';
import { firstDifference, runView, seenAt, stepRows, stepView } from './views.ts';

const MAX_ROWS = 500;
const SEEN_MESSAGES = 60;

/**
 * Answers a request of the page.
 *
 * @param path after `api/`, for instance `run/ID/steps`
 * @returns a JSON value; null when there is nothing at that path
 */
export async function answerApi(
  store: RunStore,
  path: string,
  query: URLSearchParams,
): Promise<object | null> {
  const [what, id = '', part = '', at = ''] = path.split('/');
  if (what === 'runs' && id === '') return store.list();
  if (what === 'compare') {
    const [a, b] = [await store.get(id), await store.get(part)];
    return a && b ? { a: runView(a), b: runView(b), from: firstDifference(a, b) } : null;
  }
  if (what !== 'run') return null;
  const run = await store.get(id);
  if (!run) return null;
  if (part === '') return runView(run);
  if (part === 'steps') {
    const from = number(query.get('from'), 0);
    const count = Math.min(MAX_ROWS, number(query.get('count'), 100));
    return { from, rows: stepRows(run, from, count), stepCount: run.steps.length };
  }
  const step = run.steps.find((candidate) => candidate.step === number(at, 0));
  if (!step) return null;
  if (part === 'step') return stepView(step, query.has('whole'));
  return part === 'seen' ? seenAt(run, step.step, SEEN_MESSAGES) : null;
}

function number(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}
