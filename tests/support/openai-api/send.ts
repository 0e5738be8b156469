import type { ServerResponse } from 'node:http';
import { chunksOf, type StreamFault, type Transport } from '../messages-api/faults.ts';
import { breakOf, breakOff, writeAll } from '../messages-api/wire.ts';
import { type Chunk, chunksOfCompletion, strikesAfter } from './chunks.ts';
import { type Completion, completionJson } from './completion.ts';
import type { Dialect } from './dialect.ts';
import { ChatError, errorJson } from './errors.ts';

const STATUS_OF: Readonly<Record<string, number>> = {
  overloaded_error: 503,
  rate_limit_error: 429,
};

function errorOf(fault: StreamFault): ChatError | undefined {
  if (fault.kind !== 'error') return undefined;
  const {
    type = 'server_error',
    message = 'The server had an error while processing your request',
  } = fault;
  return new ChatError(STATUS_OF[type] ?? 500, message, { type });
}

/** The events of a stream as text, up to the place where its fault strikes. */
function partsOf(
  chunks: readonly Chunk[],
  fault: StreamFault | undefined,
  dialect: Dialect,
  newline: string,
): string[] {
  const data = (json: string) => `data: ${json}${newline}${newline}`;
  const count = fault === undefined ? chunks.length : strikesAfter(chunks, fault);
  const parts = chunks.slice(0, count).map(({ json }) => data(JSON.stringify(json)));
  if (dialect.comments !== null) parts.splice(1, 0, `: ${dialect.comments}${newline}${newline}`);
  if (fault === undefined) {
    if (dialect.end === '[DONE]') parts.push(data('[DONE]'));
    return parts;
  }
  const error = errorOf(fault);
  if (error !== undefined) parts.push(data(JSON.stringify(errorJson(error, dialect))));
  if (fault.kind === 'garbage') {
    parts.push(data(JSON.stringify(chunks[count]?.json ?? {}).slice(0, -3)));
  }
  return parts;
}

/** Sends a completion as server-sent events, with its fault if it has one. */
export async function sendStream(
  response: ServerResponse,
  completion: Completion,
  options: {
    readonly dialect: Dialect;
    readonly fault: StreamFault | undefined;
    readonly transport: Transport;
    readonly includeUsage: boolean;
  },
): Promise<void> {
  const { dialect, fault, transport, includeUsage } = options;
  const newline = transport.newline ?? '\n';
  const cut = fault?.kind === 'max_tokens_in_tool' ? (fault.characters ?? 10) : undefined;
  const broken = breakOf(fault);
  const chunks = chunksOfCompletion(completion, dialect, { includeUsage, cut });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  await writeAll(response, chunksOf(partsOf(chunks, broken, dialect, newline), transport));
  if (broken === undefined) response.end();
  else await breakOff(response, broken, `: ping${newline}${newline}`);
}

/** Sends a completion as one JSON document, with its fault if it has one. */
export async function sendWhole(
  response: ServerResponse,
  completion: Completion,
  dialect: Dialect,
  fault: StreamFault | undefined,
): Promise<void> {
  const error = fault === undefined ? undefined : errorOf(fault);
  if (error !== undefined) throw error;
  const cut = fault?.kind === 'max_tokens_in_tool' ? (fault.characters ?? 10) : undefined;
  const calls = completion.calls.map((call, i, all) =>
    cut !== undefined && i === all.length - 1
      ? { ...call, arguments: call.arguments.slice(0, cut) }
      : call,
  );
  const finishReason = cut === undefined ? completion.finishReason : 'length';
  const json = JSON.stringify(completionJson({ ...completion, calls, finishReason }, dialect));
  response.writeHead(200, { 'content-type': 'application/json' });
  const broken = breakOf(fault);
  if (broken === undefined) {
    response.end(json);
    return;
  }
  await writeAll(response, [Buffer.from(json.slice(0, json.length / 2))]);
  await breakOff(response, broken, ' ');
}
