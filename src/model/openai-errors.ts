import { type ModelErrorKind, messageOf } from '../errors.ts';
import { StalledError } from './idle.ts';
import { StreamedError } from './openai-stream.ts';
import { type Failure, retryAfterOf } from './retry.ts';

/** A request answered with a status that is no success. */
export class ChatHttpError extends Error {
  override readonly name = 'ChatHttpError';
  readonly status: number;
  /** The server's own sentence, from whichever field it stands in. */
  readonly said: string;
  readonly code: string;
  readonly headers: Headers;

  constructor(status: number, body: string, headers: Headers) {
    const { said, code } = readError(body);
    super(`${status} ${said}`.trim());
    this.status = status;
    this.said = said;
    this.code = code;
    this.headers = headers;
  }
}

/** The answer ended before it was complete. */
export class BrokenAnswerError extends Error {
  override readonly name = 'BrokenAnswerError';
}

/** Errors come nested under `error`, flat, or as something that is no JSON at all. */
function readError(body: string): { said: string; code: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return {
      said: body
        .replace(/<[^>]*>|\s+/g, ' ')
        .trim()
        .slice(0, 200),
      code: '',
    };
  }
  return fieldsOf(parsed);
}

function fieldsOf(parsed: unknown): { said: string; code: string } {
  const outer = (parsed ?? {}) as { error?: unknown; message?: unknown; detail?: unknown };
  const inner = (typeof outer.error === 'object' && outer.error ? outer.error : outer) as {
    message?: unknown;
    code?: unknown;
    type?: unknown;
    detail?: unknown;
    metadata?: { error_type?: unknown };
  };
  const said = [inner.message, outer.error, inner.detail, outer.message].find(
    (text) => typeof text === 'string',
  );
  return {
    said: typeof said === 'string' ? said : JSON.stringify(parsed).slice(0, 200),
    code: [inner.code, inner.type, inner.metadata?.error_type].map(String).join(' '),
  };
}

/** True when a request may have failed because it had tools; trying without them decides. */
export function mayRefuseTools(error: unknown): boolean {
  return (
    error instanceof ChatHttpError &&
    [400, 404, 405, 422, 500, 501].includes(error.status) &&
    /\b(tools?|functions?)\b/i.test(error.said)
  );
}

export function classifyChat(error: unknown, baseURL: string): Failure {
  if (error instanceof ChatHttpError) {
    return answered(error.status, error.said, error.code, retryAfterOf(error.headers));
  }
  if (error instanceof StreamedError) {
    const { said, code } = fieldsOf(error.body);
    const status = Number(/\b[45]\d\d\b/.exec(code)?.[0] ?? 500);
    return answered(status, said, code, undefined);
  }
  if (error instanceof StalledError) return broken(`the answer stopped: ${error.message}`);
  if (error instanceof BrokenAnswerError || error instanceof SyntaxError) {
    return broken(`the answer broke off: ${error.message}`);
  }
  let inner: unknown = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  const why = messageOf(inner) || messageOf(error);
  return broken(`${baseURL} cannot be reached: ${why}; check OPENAI_BASE_URL and the server`);
}

function broken(message: string): Failure {
  return { kind: 'network', label: 'connection lost', message, retryable: true };
}

const LABELS: Partial<Record<ModelErrorKind, string>> = {
  rate_limit: 'rate limit',
  overloaded: 'overloaded',
  server: 'server error',
};

function answered(
  status: number,
  said: string,
  code: string,
  retryAfterMs: number | undefined,
): Failure {
  const kind = kindOf(status, said, code);
  const mend = kind === 'authentication' ? '; check OPENAI_API_KEY' : '';
  return {
    kind,
    label: LABELS[kind] ?? 'request failed',
    message: `the model server answered ${status}: ${said}${mend}`,
    retryable: LABELS[kind] !== undefined || status === 408 || status === 409 || status === 425,
    retryAfterMs,
  };
}

function kindOf(status: number, said: string, code: string): ModelErrorKind {
  if (/insufficient_quota/.test(code) || status === 402) return 'billing';
  if (status === 401 || status === 403) return 'authentication';
  if (status === 429) return 'rate_limit';
  if (status === 503 || status === 529 || /overloaded/.test(code)) return 'overloaded';
  if (status >= 500) return 'server';
  const isTooLong =
    /context_length_exceeded/.test(code) || /context (length|size|window)/i.test(said);
  return status === 413 || isTooLong ? 'context_window' : 'invalid_request';
}
