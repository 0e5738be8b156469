import { useEffect, useState } from 'preact/hooks';
import { api, type RunView } from './api.ts';
import { Patch } from './diff.tsx';
import { costText, timeText } from './format.ts';
import { useKeys } from './keys.ts';
import { useRows } from './rows.ts';
import { Timeline } from './run.tsx';
import { Step } from './step.tsx';
import { visible } from './text.tsx';

/** Two runs side by side, from the first step where they do different things. */
export function Compare({ a, b }: { a: string; b: string }) {
  const [compared, setCompared] = useState<{ a: RunView; b: RunView; from: number } | null>(null);
  const [active, setActive] = useState(0);
  useEffect(() => {
    api.compare(a, b).then((loaded) => {
      setCompared(loaded);
      setActive(loaded.from);
    });
  }, [a, b]);
  const longest = Math.max(compared?.a.stepCount ?? 0, compared?.b.stepCount ?? 0);
  const go = (to: number) => setActive(Math.max(0, Math.min(longest - 1, to)));
  useKeys({
    j: () => go(active + 1),
    k: () => go(active - 1),
    d: () => compared && setActive(compared.from),
    Escape: () => {
      location.hash = '#/';
    },
  });
  if (!compared) return <p class="dim">Comparing…</p>;
  const same = compared.from >= longest;
  return (
    <div class="compare">
      <header>
        <a href="#/">runs</a>
        <h1>{visible(compared.a.summary.taskId)}</h1>
        <button type="button" onClick={() => setActive(compared.from)}>
          {same ? 'both do the same' : `first difference: step ${compared.from + 1} (d)`}
        </button>
      </header>
      <div class="sides">
        <Side id={a} run={compared.a} active={active} onChoose={go} />
        <Side id={b} run={compared.b} active={active} onChoose={go} />
      </div>
    </div>
  );
}

function Side(props: {
  id: string;
  run: RunView;
  active: number;
  onChoose: (index: number) => void;
}) {
  const { id, run, active, onChoose } = props;
  const rowAt = useRows(id, run.stepCount);
  const { summary } = run;
  return (
    <div class="side">
      <p>
        <a href={`#/run/${id}`}>{visible(summary.model)}</a>{' '}
        <span class={`status ${summary.status}`}>{summary.status}</span>{' '}
        <span class="dim">
          {run.stepCount} steps · {costText(summary.usage.costUsd)} · {timeText(summary.durationMs)}
        </span>
      </p>
      <Timeline count={run.stepCount} active={active} rowAt={rowAt} onChoose={onChoose} />
      <div class="detail">
        {active < run.stepCount ? (
          <Step id={id} step={rowAt(active)?.step ?? active + 1} />
        ) : (
          <p class="dim">This run has no such step.</p>
        )}
        <details>
          <summary>patch</summary>
          <Patch patch={run.patch} />
        </details>
      </div>
    </div>
  );
}
