import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { ApiError, errorBody } from './errors.ts';
import { encode, eventsOf, type ServerEvent, strikesAfter } from './events.ts';
import { chunksOf, type StreamFault, type Transport } from './faults.ts';

/** Status of an error that a stream would carry as an event, for a request that does not stream. */
const STATUS_OF: Readonly<Record<string, number>> = {
  overloaded_error: 529,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
};

/**
 * Writes chunks one by one, each handed to the system and a turn of the event loop given away before the next: what is
 * written in one go arrives in one read, and then no client ever sees a cut.
 */
async function writeAll(response: ServerResponse, chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) {
    if (response.destroyed) return;
    if (chunk.length > 0)
      await new Promise<void>((resolve) => {
        response.once('close', resolve);
        response.write(chunk, () =>
          setImmediate(() => {
            response.off('close', resolve);
            resolve();
          }),
        );
      });
  }
}

/** Lets what was written leave before the connection is reset, so that the client has seen it. */
async function reset(response: ServerResponse): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  response.socket?.resetAndDestroy();
}

/** Keeps the connection open without an end; the client or the server's close ends it. */
function stall(
  response: ServerResponse,
  fault: { pings?: number },
  newline: string,
): Promise<void> {
  return new Promise((resolve) => {
    const timer =
      fault.pings === undefined
        ? undefined
        : setInterval(() => response.write(encode({ type: 'ping' }, newline)), fault.pings);
    response.once('close', () => {
      clearInterval(timer);
      resolve();
    });
  });
}

/** A fault that breaks an answer off; `max_tokens_in_tool` is a whole answer of another shape. */
type Break = Exclude<StreamFault, { kind: 'max_tokens_in_tool' }>;

function breakOf(fault: StreamFault | undefined): Break | undefined {
  return fault?.kind === 'max_tokens_in_tool' ? undefined : fault;
}

/** How an answer that was broken off ends. */
async function breakOff(response: ServerResponse, fault: Break, newline: string): Promise<void> {
  if (fault.kind === 'reset') await reset(response);
  else if (fault.kind === 'stall') await stall(response, fault, newline);
  else response.end();
}

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
  else await breakOff(response, broken, newline);
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
  await breakOff(response, broken, '\n');
}
