import { useEffect, useReducer, useRef } from 'preact/hooks';
import { api, type StepRow } from './api.ts';

const PAGE = 200;

/** The timeline's rows of a run, fetched page by page as they come into view. */
export function useRows(id: string, stepCount: number): (index: number) => StepRow | null {
  const pages = useRef(new Map<number, readonly StepRow[] | null>());
  const [, refresh] = useReducer((n: number) => n + 1, 0);
  const known = useRef({ id, stepCount });
  if (known.current.id !== id) pages.current.clear();
  else if (known.current.stepCount !== stepCount) {
    pages.current.delete(Math.floor(known.current.stepCount / PAGE));
  }
  known.current = { id, stepCount };
  useEffect(() => {
    const current = pages.current;
    return () => current.clear();
  }, []);
  return (index) => {
    const page = Math.floor(index / PAGE);
    const rows = pages.current.get(page);
    if (rows === undefined) {
      pages.current.set(page, null);
      api.steps(id, page * PAGE, PAGE).then(
        (loaded) => {
          if (known.current.id !== id) return;
          pages.current.set(page, loaded.rows);
          refresh(0);
        },
        () => pages.current.delete(page),
      );
    }
    return rows?.[index % PAGE] ?? null;
  };
}
