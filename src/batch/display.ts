import type { Writable } from 'node:stream';
import type { BatchEvent } from './batch-event.ts';
import { BatchProgress } from './progress.ts';
import { batchTable, closingLines, endedLine } from './table.ts';

export interface BatchDisplay {
  readonly onEvent: (event: BatchEvent) => void;
  /** Says how the batch went. */
  close(): void;
}

export interface DisplayOptions {
  readonly output: Writable & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
  readonly json: boolean;
  /** Folder of the results, for the last line. */
  readonly out: string;
  /** False for a terminal that cannot overwrite. */
  readonly live: boolean;
}

/** Milliseconds between two drawings of the table. */
const REDRAW_MS = 250;
/** Without a terminal, a line on how far it is comes this rarely. */
const PLAIN_MS = 60_000;

/** A table on a terminal, lines elsewhere, JSON lines where they are asked for. */
export async function openDisplay(options: DisplayOptions): Promise<BatchDisplay> {
  if (options.json) return jsonDisplay(options);
  return options.live && options.output.isTTY ? liveTable(options) : plainLines(options);
}

function jsonDisplay({ output, out }: DisplayOptions): BatchDisplay {
  const progress = new BatchProgress();
  const line = (value: unknown) => void output.write(`${JSON.stringify(value)}\n`);
  return {
    onEvent(event) {
      progress.see(event, performance.now());
      if (event.type !== 'batch') return line(event);
      const done = event.done.map(({ instanceId, status }) => ({ instanceId, status }));
      line({ ...event, done });
    },
    close() {
      const { instances, done, usage, stopping } = progress;
      const statuses = Object.fromEntries(progress.statuses);
      line({ type: 'summary', instances, done, statuses, usage, stopped: stopping, out });
    },
  };
}

async function liveTable({ output, out }: DisplayOptions): Promise<BatchDisplay> {
  const { createLogUpdate } = await import('log-update');
  const progress = new BatchProgress();
  const update = createLogUpdate(output as unknown as NodeJS.WriteStream, { showCursor: true });
  const draw = () => {
    const size = { columns: output.columns ?? 100, rows: output.rows ?? 24 };
    update(batchTable(progress, performance.now(), size));
  };
  const timer = setInterval(draw, REDRAW_MS);
  return {
    onEvent(event) {
      progress.see(event, performance.now());
      if (event.type === 'ended') update.persist(endedLine(event.result));
    },
    close() {
      clearInterval(timer);
      update.clear();
      const lines = closingLines(progress, performance.now(), out);
      output.write(`${lines.join('\n')}\n`);
    },
  };
}

function plainLines({ output, out }: DisplayOptions): BatchDisplay {
  const progress = new BatchProgress();
  const line = (text: string) => void output.write(`${text}\n`);
  const timer = setInterval(() => {
    line(`${progress.done} of ${progress.instances} done, ${progress.running.size} running`);
  }, PLAIN_MS);
  return {
    onEvent(event) {
      progress.see(event, performance.now());
      if (event.type === 'batch') {
        line(`${event.instances} instances, ${event.done.length} done already, ${event.model}`);
      }
      if (event.type === 'ended') line(endedLine(event.result));
      if (event.type === 'stopping') line(`stopping: ${event.reason}`);
    },
    close() {
      clearInterval(timer);
      for (const text of closingLines(progress, performance.now(), out)) line(text);
    },
  };
}
