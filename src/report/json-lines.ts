import type { Subscriber } from '../trajectory/event.ts';

/** Writes every event as one line of JSON, for programs. */
export function jsonLinesReport(write: (text: string) => void): Subscriber {
  return (event) => write(`${JSON.stringify(event)}\n`);
}
