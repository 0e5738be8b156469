import type { StoredRun } from '../run-store.ts';
import type { RunView, SeenMessage, StepRow, StepView } from '../views.ts';

export type { Chart, RunView, SeenMessage, StepRow, StepView } from '../views.ts';

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`api/${path}`);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return (await response.json()) as T;
}

export interface RunList {
  readonly runs: readonly StoredRun[];
  readonly problems: readonly { readonly place: string; readonly problem: string }[];
}

export const api = {
  runs: () => get<RunList>('runs'),
  run: (id: string) => get<RunView>(`run/${id}`),
  steps: (id: string, from: number, count: number) =>
    get<{ from: number; rows: StepRow[]; stepCount: number }>(
      `run/${id}/steps?from=${from}&count=${count}`,
    ),
  step: (id: string, step: number, whole = false) =>
    get<StepView>(`run/${id}/step/${step}${whole ? '?whole' : ''}`),
  seen: (id: string, step: number) =>
    get<{ messages: SeenMessage[]; left: number }>(`run/${id}/seen/${step}`),
  compare: (a: string, b: string) =>
    get<{ a: RunView; b: RunView; from: number }>(`compare/${a}/${b}`),
  /** Tells whenever the run has grown. @returns ends it */
  live(id: string, onGrown: (told: { stepCount: number; running: boolean }) => void): () => void {
    const source = new EventSource(`api/live/${id}`);
    source.onmessage = ({ data }) => onGrown(JSON.parse(data));
    return () => source.close();
  },
};
