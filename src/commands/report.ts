import type { Logger } from 'pino';
import { jsonLinesReport } from '../report/json-lines.ts';
import { firstLine, plain } from '../report/plain.ts';
import { painter, terminalReport } from '../report/terminal.ts';
import type { Subscriber } from '../trajectory/event.ts';
import type { Checkout } from '../workspace/checkout.ts';
import type { Host } from './host.ts';
import { ownVersion } from './versions.ts';

export interface Beginning {
  readonly runId: string;
  readonly checkout: Checkout;
  readonly issue: string;
  readonly model: string;
  /** One line: which model and why. */
  readonly why: string;
  /** Warnings and remarks from the preparation. */
  readonly notes: readonly string[];
}

export interface Report {
  readonly subscribers: readonly Subscriber[];
  /** What is known before the first step. */
  begin(beginning: Beginning): void;
}

/** Columns of an output that is no terminal. */
const DEFAULT_WIDTH = 140;

/** The display of a run: lines for a person on standard output, or with `json` events there and logs on standard error. */
export async function openReport({ json, host }: { json: boolean; host: Host }): Promise<Report> {
  if (json) return jsonReport(host);
  const color = Boolean(host.stdout.isTTY) && !host.env.NO_COLOR;
  const paint = painter(color);
  const write = (text: string) => void host.stdout.write(text);
  const subscriber = terminalReport({
    write,
    width: Math.max(60, host.stdout.columns ?? DEFAULT_WIDTH),
    overwrite: Boolean(host.stdout.isTTY) && host.env.TERM !== 'dumb',
    color,
  });
  return {
    subscribers: [subscriber],
    begin({ runId, checkout, issue, why, notes }) {
      const dirty = checkout.dirty ? ', with uncommitted changes' : '';
      const lines = [
        paint.bold(`patchwright ${ownVersion()}`) + paint.dim(`  run ${runId}`),
        `repository  ${plain(checkout.source)} (base ${checkout.baseCommit.slice(0, 10)}${dirty})`,
        `issue       ${plain(firstLine(issue), 100)}`,
        `model       ${plain(why)}`,
        `sandbox     ${checkout.workspace.kind}`,
        ...notes.map((note) => paint.yellow(plain(note))),
        '',
      ];
      write(`${lines.join('\n')}\n`);
    },
  };
}

async function jsonReport(host: Host): Promise<Report> {
  const { default: pino } = await import('pino');
  const level = host.env.PATCHWRIGHT_LOG || 'info';
  const logger = pino({ base: null, level }, host.stderr);
  return {
    subscribers: [jsonLinesReport((text) => void host.stdout.write(text)), logReport(logger)],
    begin({ runId, why, notes }) {
      logger.info({ runId }, why);
      for (const note of notes) logger.warn({ runId }, note);
    },
  };
}

/** The few events that belong into a log as well. */
function logReport(logger: Logger): Subscriber {
  return (event) => {
    if (event.type === 'note' && event.level === 'warning') logger.warn(event.text);
    if (event.type === 'turn') logger.debug({ step: event.step, ms: event.durationMs }, 'turn');
    if (event.type === 'outcome') {
      const { status, reason, steps, durationMs } = event.outcome;
      logger.info({ status, steps, durationMs }, reason);
    }
  };
}
