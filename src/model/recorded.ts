import { readFile } from 'node:fs/promises';
import type * as z from 'zod';
import { ModelError, messageOf, UsageError } from '../errors.ts';
import type { Model } from './model.ts';
import type { PriceTable } from './pricing.ts';
import {
  Exchange,
  firstDifference,
  lengthen,
  parseBody,
  RecordingHeader,
  type RequestBody,
} from './recording-format.ts';
import { DEFAULT_RETRY } from './retry.ts';

/**
 * Plays a recording back through the provider's own client: the same requests get the same answers, in order.
 *
 * @returns the model that was recorded; a request that differs fails with `ModelError` and the first difference
 * @throws {UsageError} for a file that is no recording
 */
export async function createRecordedModel(file: string, prices: PriceTable): Promise<Model> {
  const [header, ...exchanges] = await readRecording(file);
  const options = {
    ...header.options,
    prices,
    settled: true,
    fetch: replayFetch(exchanges, file),
    retry: { ...DEFAULT_RETRY, firstWaitMs: 0, maxWaitMs: 0 },
  };
  const model =
    header.provider === 'anthropic'
      ? (await import('./anthropic.ts')).createAnthropicModel({
          ...options,
          apiKey: 'recorded',
          baseURL: 'http://recorded.invalid',
        })
      : (await import('./openai.ts')).createOpenAiModel({
          ...options,
          baseURL: 'http://recorded.invalid/v1',
        });
  return Object.defineProperty(model, 'name', { value: `recorded:${model.name}` });
}

async function readRecording(file: string): Promise<[RecordingHeader, ...Exchange[]]> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the recording ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const [first = '', ...lines] = content.split('\n').filter((line) => line !== '');
  return [
    parseLine(first, RecordingHeader, `the first line of ${file}`),
    ...lines.map((line, i) => parseLine(line, Exchange, `line ${i + 2} of ${file}`)),
  ];
}

function parseLine<T extends z.ZodType>(line: string, schema: T, place: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UsageError(`${place} is no JSON: it is no recording`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${place} is no recording: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Answers each kind of request in the order of the recording. */
function replayFetch(exchanges: readonly Exchange[], file: string): typeof fetch {
  const queues = new Map<string, { exchange: Exchange; body: RequestBody | null }[]>();
  let before: RequestBody | null = null;
  for (const exchange of exchanges) {
    const body: RequestBody | null = exchange.request && lengthen(exchange.request, before);
    if (body) before = body;
    const key = `${exchange.method} ${exchange.path}`.toUpperCase();
    queues.set(key, [...(queues.get(key) ?? []), { exchange, body }]);
  }
  let asked = 0;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const key = `${init?.method ?? 'GET'} ${url.pathname}`.toUpperCase();
    const next = queues.get(key)?.shift();
    if (next === undefined) throw mismatch(`${file} has no further ${key}`);
    if (next.body !== null) {
      asked += 1;
      const now = parseBody(Buffer.from(init?.body as Uint8Array).toString('utf8'));
      const found = firstDifference(asJson(next.body), now && asJson(now));
      if (found !== null) throw mismatch(`request ${asked} differs from ${file} at ${found}`);
    }
    return responseOf(next.exchange);
  };
}

function asJson({ rest, messages }: RequestBody): unknown {
  return { ...rest, messages };
}

function mismatch(message: string): ModelError {
  return new ModelError('invalid_request', message);
}

function responseOf({ response, error }: Exchange): Response {
  if (response === null) throw new TypeError(error ?? 'no answer');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (response.body !== '') controller.enqueue(Buffer.from(response.body));
      if (error === undefined) controller.close();
    },
    pull(controller) {
      if (error !== undefined) controller.error(new TypeError(error));
    },
  });
  const waits = 'retry-after' in response.headers || 'retry-after-ms' in response.headers;
  const headers = { ...response.headers, ...(waits ? { 'retry-after-ms': '1' } : {}) };
  return new Response(body, { status: response.status, headers });
}
