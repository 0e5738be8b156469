/** Status of each error type the service names in its documentation. */
const STATUS_TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
} as const;

/** The `error.type` that belongs to a status; `api_error` for a status without one of its own. */
export function errorTypeOf(status: number): string {
  return (STATUS_TYPES as Record<number, string>)[status] ?? 'api_error';
}

/** A request that the service answers with an error; the server turns it into status, headers and JSON. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly type: string;
  readonly errorCode: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    options: { type?: string; errorCode?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.type = options.type ?? errorTypeOf(status);
    this.errorCode = options.errorCode;
    this.headers = options.headers ?? {};
  }
}

/** The error JSON of the service; also the data of an SSE `error` event. */
export function errorBody(
  error: { type: string; message: string; errorCode?: string | undefined },
  requestId: string,
) {
  return {
    type: 'error',
    error: {
      type: error.type,
      message: error.message,
      ...(error.errorCode === undefined ? {} : { details: { error_code: error.errorCode } }),
    },
    request_id: requestId,
  };
}

/** Refuses a request the way the service's validator does: `path: words`. */
export function invalid(path: string, words: string): never {
  throw new ApiError(400, path === '' ? words : `${path}: ${words}`);
}
