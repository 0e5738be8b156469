import { addUsage, NO_USAGE } from '../agent/limits.ts';
import type {
  Action,
  Observation,
  Subscriber,
  TrajectoryEvent,
  Usage,
} from '../trajectory/event.ts';
import { cost, duration, tokens } from './format.ts';
import { firstLine, plain } from './plain.ts';
import { describeAction, describeResult, suspicionTable } from './summary.ts';

export interface TerminalOptions {
  readonly write: (text: string) => void;
  /** Columns. */
  readonly width: number;
  /** True on a terminal that can overwrite its last line; progress is then shown in place. */
  readonly overwrite: boolean;
  readonly color: boolean;
}

const CLEAR_LINE = '\r\u001b[K';
/** On an output that keeps every line, progress comes this rarely. */
const PROGRESS_INTERVAL_MS = 5_000;

/**
 * Shows a run to a person, a line for each action: step, tool and target, result, time, cost, tokens, time left.
 */
export function terminalReport(options: TerminalOptions): Subscriber {
  const { write, width, overwrite } = options;
  const paint = painter(options.color);
  const pending = new Map<string, Action>();
  let usage: Usage = NO_USAGE;
  let deadline = 0;
  let lastProgress = 0;

  const line = (text: string) => write(`${overwrite ? CLEAR_LINE : ''}${text}\n`);
  const progress = (text: string) => {
    if (overwrite) return write(`${CLEAR_LINE}${paint.dim(plain(`   ${text}`, width - 1))}`);
    const now = performance.now();
    if (now - lastProgress < PROGRESS_INTERVAL_MS) return;
    lastProgress = now;
    line(plain(`   ${text}`, width));
  };

  const observed = (step: number, observation: Observation) => {
    const action = pending.get(observation.actionId);
    pending.delete(observation.actionId);
    const target = plain(action ? describeAction(action) : '', 44).padEnd(44);
    const left = duration(Math.max(0, deadline - Date.now()));
    const tail = `${duration(observation.durationMs)}  ${cost(usage.costUsd)}  ${tokens(usage)}  ${left} left`;
    const result = plain(describeResult(observation), Math.max(20, width - 54 - tail.length));
    const shown = observation.isError ? paint.red(result) : result;
    const tool = paint.bold(plain(action?.tool ?? '?', 20).padEnd(9));
    line(`${String(step).padStart(3)} ${tool} ${target} ${shown}  ${paint.dim(tail)}`);
    for (const row of suspicionTable(observation)) line(paint.dim(plain(`      ${row}`, width)));
  };

  return (event: TrajectoryEvent) => {
    switch (event.type) {
      case 'header':
        deadline = Date.parse(event.time) + event.limits.maxTimeMs;
        return;
      case 'turn': {
        usage = addUsage(usage, event.turn.usage);
        for (const action of event.turn.actions) pending.set(action.id, action);
        const text = firstLine(event.turn.text);
        if (text) line(paint.dim(plain(`    ${text}`, width)));
        const [first] = event.turn.actions;
        if (first && overwrite) progress(`${first.tool} ${describeAction(first)} …`);
        return;
      }
      case 'observation':
        return observed(event.step, event.observation);
      case 'note':
        if (event.level === 'progress') return progress(event.text);
        return line(paint.yellow(plain(`    ${event.kind}: ${firstLine(event.text)}`, width)));
      case 'outcome':
        if (overwrite) write(CLEAR_LINE);
        return;
      default:
        return event satisfies never;
    }
  };
}

/** Colours, or the text as it is. */
export function painter(color: boolean) {
  const style = (code: number) => (text: string) =>
    color ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bold: style(1),
    dim: style(2),
    red: style(31),
    green: style(32),
    yellow: style(33),
  };
}
