import { cost, duration, tokens } from '../report/format.ts';
import { plain } from '../report/plain.ts';
import type { InstanceResult } from './instance-result.ts';
import type { BatchProgress } from './progress.ts';

export interface TableSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lines that the table has besides those of running instances. */
const HEAD_LINES = 3;
const MAX_ID = 40;

/** The live table of a batch: how much is done, by status, what it cost, and a line for each running instance. */
export function batchTable(progress: BatchProgress, now: number, size: TableSize): string {
  const running = [...progress.running.values()];
  const room = Math.max(1, size.rows - HEAD_LINES - 2);
  const shown = running.slice(0, running.length > room ? room - 1 : room);
  const idWidth = Math.min(
    MAX_ID,
    Math.max(0, ...shown.map(({ instanceId }) => instanceId.length)),
  );
  const lines = [
    '',
    totals(progress, now),
    statusLine(progress),
    ...shown.map((one) => {
      const attempt = one.attempt > 1 ? `attempt ${one.attempt}, ` : '';
      const step = `${attempt}step ${one.step}`.padEnd(8);
      const time = duration(now - one.since);
      const used = `${cost(one.usage.costUsd)}  ${tokens(one.usage)}`;
      return `  ${plain(one.instanceId, idWidth).padEnd(idWidth)}  ${step}  ${used}  ${time}  ${plain(one.doing)}`;
    }),
    ...(shown.length < running.length ? [`  and ${running.length - shown.length} more`] : []),
  ];
  return lines.map((line) => plain(line, size.columns - 1)).join('\n');
}

function totals(progress: BatchProgress, now: number): string {
  const left = progress.left(now);
  const end = progress.stopping ?? (left === null ? 'ETA ?' : `ETA ${duration(left)}`);
  return [
    `${progress.done} of ${progress.instances} done`,
    `${progress.running.size} running`,
    cost(progress.usage.costUsd),
    tokens(progress.usage),
    duration(progress.elapsed(now)),
    end,
  ].join('  ');
}

function statusLine({ statuses }: BatchProgress): string {
  const counts = [...statuses].sort().map(([status, count]) => `${status} ${count}`);
  return counts.join('  ') || 'nothing has ended yet';
}

/** One line for an instance that has ended. */
export function endedLine({
  instanceId,
  status,
  steps,
  usage,
  patch,
  ...rest
}: InstanceResult): string {
  const said = status === 'submitted' ? (patch === '' ? 'without a patch' : '') : rest.reason;
  const used = `${steps} steps  ${cost(usage.costUsd)}  ${duration(rest.durationMs)}`;
  return plain(`${instanceId}  ${status}  ${used}  ${said}`.trimEnd(), 300);
}

/** What is left to say when a batch has ended or stopped. */
export function closingLines(progress: BatchProgress, now: number, out: string): string[] {
  const cut = progress.statuses.get('interrupted') ?? 0;
  const rest = progress.instances - progress.done + cut;
  return [
    `${progress.done} of ${progress.instances} done  ${cost(progress.usage.costUsd)}  ${tokens(progress.usage)}  ${duration(progress.elapsed(now))}`,
    statusLine(progress),
    ...(progress.stopping === null ? [] : [plain(`stopped: ${progress.stopping}`)]),
    ...(rest > 0 ? [`${rest} not started or cut; run the same command again to go on`] : []),
    `predictions  ${out}/preds.json`,
  ];
}
