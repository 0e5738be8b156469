import { useEffect, useMemo, useState } from 'preact/hooks';
import type { StoredRun } from '../run-store.ts';
import { api, type RunList } from './api.ts';
import { costText, timeText } from './format.ts';
import { useKeys } from './keys.ts';
import { visible } from './text.tsx';
import { VirtualList } from './virtual.tsx';

type Key =
  | 'task'
  | 'model'
  | 'status'
  | 'verdict'
  | 'steps'
  | 'cost'
  | 'time'
  | 'patch'
  | 'started';

const COLUMNS: readonly { key: Key; title: string; value: (run: StoredRun) => string | number }[] =
  [
    { key: 'task', title: 'task', value: ({ summary }) => summary.taskId },
    { key: 'model', title: 'model', value: ({ summary }) => summary.model },
    { key: 'status', title: 'status', value: ({ summary }) => summary.status },
    { key: 'verdict', title: 'verdict', value: ({ summary }) => verdict(summary.resolved) },
    { key: 'steps', title: 'steps', value: ({ summary }) => summary.steps },
    { key: 'cost', title: 'cost', value: ({ summary }) => summary.usage.costUsd ?? -1 },
    { key: 'time', title: 'time', value: ({ summary }) => summary.durationMs },
    {
      key: 'patch',
      title: 'patch',
      value: ({ summary }) => summary.patchAdded + summary.patchRemoved,
    },
    { key: 'started', title: 'started', value: ({ summary }) => summary.startedAt },
  ];

function verdict(resolved: boolean | null): string {
  return resolved === null ? '' : resolved ? 'resolved' : 'not resolved';
}

function cell({ summary }: StoredRun, key: Key): string {
  switch (key) {
    case 'cost':
      return costText(summary.usage.costUsd);
    case 'time':
      return timeText(summary.durationMs);
    case 'patch':
      return summary.patchFiles === 0 ? '-' : `+${summary.patchAdded} −${summary.patchRemoved}`;
    case 'started':
      return summary.startedAt.slice(0, 16).replace('T', ' ');
    case 'steps':
      return String(summary.steps);
    case 'verdict':
      return verdict(summary.resolved);
    case 'task':
      return visible(summary.taskId);
    default:
      return visible(summary[key]);
  }
}

/** The runs of the folder: sorted, filtered, searched; two of them chosen for a comparison. */
export function List() {
  const [list, setList] = useState<RunList | null>(null);
  const [sort, setSort] = useState<{ key: Key; down: boolean }>({ key: 'started', down: true });
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState('');
  const [active, setActive] = useState(0);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  useEffect(() => {
    api.runs().then(setList);
  }, []);
  const shown = useMemo(() => {
    const value = COLUMNS.find(({ key }) => key === sort.key)?.value ?? (() => '');
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const found = (list?.runs ?? []).filter((run) => {
      const text = `${run.place} ${run.summary.taskId} ${run.summary.model} ${run.summary.status}`;
      const matches = words.every((word) => text.toLowerCase().includes(word));
      return matches && (status === '' || run.summary.status === status);
    });
    const sign = sort.down ? -1 : 1;
    return found.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      return x < y ? -sign : x > y ? sign : 0;
    });
  }, [list, sort, search, status]);
  const choose = (id: string) =>
    setChosen(
      chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen.slice(-1), id],
    );
  const open = (run: StoredRun | undefined) => {
    if (run) location.hash = `#/run/${run.id}`;
  };
  useKeys({
    j: () => setActive(Math.min(shown.length - 1, active + 1)),
    k: () => setActive(Math.max(0, active - 1)),
    Enter: () => open(shown[active]),
    x: () => shown[active] && choose(shown[active].id),
    '/': () => document.querySelector<HTMLInputElement>('#search')?.focus(),
  });
  if (!list) return <p class="dim">Reading the runs…</p>;
  const statuses = [...new Set(list.runs.map(({ summary }) => summary.status))].sort();
  return (
    <div class="runs">
      <header>
        <h1>Runs</h1>
        <input
          id="search"
          type="search"
          placeholder="search (/)"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <select
          value={status}
          aria-label="status"
          onChange={({ currentTarget }) => setStatus(currentTarget.value)}
        >
          <option value="">every status</option>
          {statuses.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <span class="dim">
          {shown.length} of {list.runs.length}
        </span>
        {chosen.length === 2 && (
          <a href={`#/compare/${chosen.join('/')}`}>compare the two chosen</a>
        )}
      </header>
      <div class="row head">
        <span />
        {COLUMNS.map(({ key, title }) => (
          <button
            key={key}
            type="button"
            onClick={() => setSort({ key, down: sort.key === key ? !sort.down : false })}
          >
            {title} {sort.key === key ? (sort.down ? '▾' : '▴') : ''}
          </button>
        ))}
      </div>
      <VirtualList
        count={shown.length}
        rowHeight={30}
        active={active}
        label="runs"
        row={(index) => {
          const run = shown[index];
          if (!run) return null;
          return (
            <div class={`row ${index === active ? 'active' : ''} ${run.summary.status}`}>
              <input
                type="checkbox"
                aria-label="choose for comparison"
                checked={chosen.includes(run.id)}
                onChange={() => choose(run.id)}
              />
              {COLUMNS.map(({ key }) =>
                key === 'task' ? (
                  <a key={key} class={key} href={`#/run/${run.id}`}>
                    {cell(run, key)}
                  </a>
                ) : (
                  <span key={key} class={key}>
                    {cell(run, key)}
                  </span>
                ),
              )}
            </div>
          );
        }}
      />
      {list.problems.map(({ place, problem }) => (
        <p key={place} class="dim">
          left out {visible(place)}: {visible(problem).slice(0, 300)}
        </p>
      ))}
    </div>
  );
}
