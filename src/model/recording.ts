import { appendFileSync, writeFileSync } from 'node:fs';
import { messageOf, UsageError } from '../errors.ts';
import {
  type Exchange,
  parseBody,
  RECORDING_VERSION,
  type RecordingHeader,
  type RequestBody,
  shorten,
} from './recording-format.ts';

/** Response headers that change what a client does; no others are kept. */
const KEPT =
  /^(content-type|(x-)?request-id|retry-after(-ms)?|x-should-retry|anthropic-ratelimit-.*)$/;

export interface RecordingOptions extends Pick<RecordingHeader, 'provider' | 'options'> {
  readonly file: string;
  /** Keys and tokens; where one turns up in a body, a placeholder is kept instead. */
  readonly secrets: readonly (string | undefined)[];
}

/**
 * Begins a recording of every HTTP exchange, retries included.
 *
 * @returns a `fetch` for the model's options
 * @throws {UsageError} when the file cannot be written
 */
export function recordingFetch(
  options: RecordingOptions,
  base: typeof fetch = fetch,
): typeof fetch {
  const { file, provider } = options;
  const clean = cleanerOf(options.secrets);
  const header = {
    type: 'recording',
    version: RECORDING_VERSION,
    provider,
    options: options.options,
  };
  try {
    writeFileSync(file, `${JSON.stringify(header)}\n`);
  } catch (error) {
    throw new UsageError(`--record: ${file} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
  let before: RequestBody | null = null;
  const keep = (exchange: Exchange) => {
    appendFileSync(file, `${clean(JSON.stringify(exchange))}\n`);
  };
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const body = parseBody(textOf(init?.body));
    const request = body && shorten(body, before);
    if (body) before = body;
    const method = init?.method ?? 'GET';
    const exchange = { type: 'exchange', method, path: url.pathname, request } as const;
    let response: Response;
    try {
      response = await base(input, init);
    } catch (error) {
      keep({ ...exchange, response: null, error: messageOf(error) });
      throw error;
    }
    const headers = Object.fromEntries([...response.headers].filter(([name]) => KEPT.test(name)));
    return watched(response, (text, error) => {
      const answer = { status: response.status, headers, body: text };
      keep({ ...exchange, response: answer, ...(error === undefined ? {} : { error }) });
    });
  };
}

function textOf(body: unknown): string {
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  return typeof body === 'string' ? body : '';
}

/** JSON text has a secret in its escaped form. */
function cleanerOf(secrets: RecordingOptions['secrets']): (json: string) => string {
  const found = secrets.flatMap((secret) => (secret ? [JSON.stringify(secret).slice(1, -1)] : []));
  return (json) => found.reduce((text, secret) => text.replaceAll(secret, '[key]'), json);
}

/** @param onEnd told the whole body once, and why it broke off if it did */
function watched(
  response: Response,
  onEnd: (text: string, error: string | undefined) => void,
): Response {
  if (response.body === null) {
    onEnd('', undefined);
    return response;
  }
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let ended = false;
  const end = (error?: unknown) => {
    if (ended) return;
    ended = true;
    const text = Buffer.concat(chunks).toString('utf8');
    onEnd(text, error === undefined ? undefined : messageOf(error));
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          end();
          controller.close();
          return;
        }
        chunks.push(value);
        controller.enqueue(value);
      } catch (error) {
        end(error);
        controller.error(error);
      }
    },
    async cancel(reason) {
      end(reason ?? 'the client stopped reading');
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
