import type { Dialect } from './dialect.ts';

/** A request answered with an error in the shape of the server's dialect. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    options: {
      type?: string;
      code?: string | null;
      param?: string | null;
      headers?: Record<string, string>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.type = options.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
    this.code = options.code ?? null;
    this.param = options.param ?? null;
    this.headers = options.headers ?? {};
  }
}

/** Refuses a request that is not well-formed. */
export function invalid(message: string, param: string | null, code: string | null = null): never {
  throw new ChatError(400, message, { param, code });
}

/** The error JSON in the shape of the dialect; also the data of an error inside a stream. */
export function errorJson(
  error: {
    status: number;
    message: string;
    type: string;
    code: string | null;
    param: string | null;
  },
  dialect: Dialect,
): object {
  const { status, message, type, code, param } = error;
  if (dialect.errors === 'flat') {
    const name = status === 400 ? 'BadRequestError' : type;
    return { object: 'error', message, type: name, param, code: status };
  }
  if (dialect.errors === 'numbered') {
    return { error: { code: status, message, metadata: { error_type: type } } };
  }
  return { error: { message, type, param, code } };
}
