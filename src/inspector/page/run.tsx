import { useEffect, useState } from 'preact/hooks';
import { api, type RunView, type StepRow } from './api.ts';
import { Charts } from './charts.tsx';
import { Patch } from './diff.tsx';
import { costText, timeText, tokenText } from './format.ts';
import { useKeys } from './keys.ts';
import { useRows } from './rows.ts';
import { Step } from './step.tsx';
import { Block, visible } from './text.tsx';
import { VirtualList } from './virtual.tsx';

const TABS = ['steps', 'patch', 'charts', 'task'] as const;
type Tab = (typeof TABS)[number];

/** One run: timeline and step, patch, charts, task; a run that goes on is followed. */
export function Run({ id }: { id: string }) {
  const [run, setRun] = useState<RunView | null>(null);
  const [failed, setFailed] = useState('');
  const [tab, setTab] = useState<Tab>('steps');
  const [active, setActive] = useState(0);
  const [follow, setFollow] = useState(true);
  useEffect(() => {
    setActive(0);
    setRun(null);
    api.run(id).then(setRun, (error: Error) => setFailed(error.message));
  }, [id]);
  const running = run?.running ?? false;
  useEffect(() => {
    if (!running) return;
    return api.live(id, ({ stepCount }) => {
      api.run(id).then(setRun);
      if (follow) setActive(Math.max(0, stepCount - 1));
    });
  }, [id, running, follow]);
  const stepCount = run?.stepCount ?? 0;
  const rowAt = useRows(id, stepCount);
  const go = (to: number) => {
    setFollow(false);
    setActive(Math.max(0, Math.min(stepCount - 1, to)));
  };
  useKeys({
    j: () => go(active + 1),
    k: () => go(active - 1),
    g: () => go(0),
    G: () => go(stepCount - 1),
    PageDown: () => go(active + 20),
    PageUp: () => go(active - 20),
    '1': () => setTab('steps'),
    '2': () => setTab('patch'),
    '3': () => setTab('charts'),
    '4': () => setTab('task'),
    Escape: () => {
      location.hash = '#/';
    },
  });
  if (failed) return <p class="dim">This run cannot be read: {failed}</p>;
  if (!run) return <p class="dim">Reading the run…</p>;
  const { summary } = run;
  return (
    <div class="run">
      <header>
        <a href="#/">runs</a>
        <h1>{visible(summary.taskId)}</h1>
        <span class={`status ${summary.status}`} title={visible(summary.reason)}>
          {summary.status}
        </span>
        <span>{visible(summary.model)}</span>
        <span class="dim">
          {stepCount} steps · {tokenText(summary.usage)} · {costText(summary.usage.costUsd)} ·{' '}
          {timeText(summary.durationMs)}
        </span>
        {run.running && (
          <label>
            <input type="checkbox" checked={follow} onChange={() => setFollow(!follow)} /> follow
          </label>
        )}
        <nav>
          {TABS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={tab === name}
              onClick={() => setTab(name)}
            >
              {name}
            </button>
          ))}
        </nav>
      </header>
      {tab === 'steps' && (
        <div class="columns">
          <Timeline count={stepCount} active={active} rowAt={rowAt} onChoose={go} />
          <div class="detail">
            {stepCount > 0 && <Step id={id} step={rowAt(active)?.step ?? active + 1} />}
          </div>
        </div>
      )}
      {tab === 'patch' && <div class="detail">{<Patch patch={run.patch} />}</div>}
      {tab === 'charts' && <Charts chart={run.chart} />}
      {tab === 'task' && (
        <div class="detail">
          <p class="dim">
            {visible(run.repository)} at {visible(run.baseCommit)}, {visible(run.sandbox)}
          </p>
          {summary.reason && <p class="said">{visible(summary.reason)}</p>}
          <Block text={run.statement} />
        </div>
      )}
    </div>
  );
}

export interface TimelineProps {
  readonly count: number;
  readonly active: number;
  readonly rowAt: (index: number) => StepRow | null;
  readonly onChoose: (index: number) => void;
}

export function Timeline({ count, active, rowAt, onChoose }: TimelineProps) {
  return (
    <VirtualList
      count={count}
      rowHeight={26}
      active={active}
      label="steps"
      row={(index) => {
        const row = rowAt(index);
        const bad = row?.calls.some(({ error }) => error) ? 'bad' : '';
        return (
          <button
            type="button"
            class={`line ${index === active ? 'active' : ''} ${bad}`}
            onClick={() => onChoose(index)}
          >
            <i>{row?.step ?? index + 1}</i>
            {row &&
              (row.calls.length === 0
                ? visible(row.text)
                : row.calls
                    .map(({ tool, target }) => `${visible(tool)} ${visible(target)}`)
                    .join(' · '))}
          </button>
        );
      }}
    />
  );
}
