import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { ApiError, errorBody } from './errors.ts';
import { encode, eventsOf, type ServerEvent, strikesAfter } from './events.ts';
import { chunksOf, type StreamFault, type Transport } from './faults.ts';
import { type Break, breakOf, breakOff, writeAll } from './wire.ts';

/** Status of an error that a stream would carry as an event, for a request that does not stream. */
const STATUS_OF: Readonly<Record<string, number>> = {
  overloaded_error: 529,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
};

/** The encoded events of a stream, up to the place where its fault strikes. */
function partsOf(
  events: readonly ServerEvent[],
  fault: Break | undefined,
  options: { readonly newline: string; readonly requestId: string },
): string[] {
  const { newline, requestId } = options;
  const count = fault === undefined ? events.length : strikesAfter(events, fault);
  const parts = events.slice(0, count).map((event) => encode(event, newline));
  if (fault?.kind === 'error') {
    const { type = 'overloaded_error', message = 'Overloaded' } = fault;
    parts.push(encode(errorBody({ type, message }, requestId), newline));
  }
  if (fault?.kind === 'garbage') {
    const whole = encode(events[count] ?? { type: 'ping' }, newline);
    parts.push(`${whole.slice(0, whole.length - newline.length * 2 - 3)}${newline}${newline}`);
  }
  return parts;
}

/** Sends an answer as server-sent events, with its fault if it has one. */
export async function sendStream(
  response: ServerResponse,
  answer: Answer,
  options: {
    readonly fault: StreamFault | undefined;
    readonly transport: Transport;
    readonly requestId: string;
  },
): Promise<void> {
  const { fault, transport, requestId } = options;
  const newline = transport.newline ?? '\n';
  const broken = breakOf(fault);
  const cut = fault?.kind === 'max_tokens_in_tool' ? (fault.characters ?? 10) : undefined;
  const parts = partsOf(eventsOf(answer, cut), broken, { newline, requestId });
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  await writeAll(response, chunksOf(parts, transport));
  if (broken === undefined) response.end();
  else await breakOff(response, broken, encode({ type: 'ping' }, newline));
}

/** Sends an answer as one JSON document, with its fault if it has one. */
export async function sendWhole(
  response: ServerResponse,
  { message }: Answer,
  fault: StreamFault | undefined,
): Promise<void> {
  const broken = breakOf(fault);
  if (broken?.kind === 'error') {
    const { type = 'overloaded_error', message: words = 'Overloaded' } = broken;
    throw new ApiError(STATUS_OF[type] ?? 500, words, { type });
  }
  const truncated = fault?.kind === 'max_tokens_in_tool';
  const json = JSON.stringify(truncated ? { ...message, stop_reason: 'max_tokens' } : message);
  response.writeHead(200, { 'content-type': 'application/json' });
  if (broken === undefined) {
    response.end(json);
    return;
  }
  await writeAll(response, [Buffer.from(json.slice(0, json.length / 2))]);
  await breakOff(response, broken, ' ');
}
