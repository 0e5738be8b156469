import type { StatusFault } from '../messages-api/faults.ts';

const status = (
  code: number,
  message: string,
  rest: Omit<StatusFault, 'kind' | 'status' | 'message'> = {},
): StatusFault => ({ kind: 'status', status: code, message, ...rest });

/** The failures that servers of this protocol document. `errorCode` stands for their `code`. */
export const CHAT_FAULTS = {
  /** @param seconds what `retry-after` asks for */
  rateLimit: (seconds: number) =>
    status(429, 'Rate limit reached for requests', {
      type: 'requests',
      errorCode: 'rate_limit_exceeded',
      headers: { 'retry-after': String(seconds) },
    }),
  /** No wait helps. */
  quota: () =>
    status(429, 'You exceeded your current quota, please check your plan and billing details.', {
      type: 'insufficient_quota',
      errorCode: 'insufficient_quota',
    }),
  credits: () => status(402, 'Insufficient credits. Add more credits and retry the request.'),
  overloaded: () =>
    status(503, 'The engine is currently overloaded, please try again later', {
      type: 'server_error',
    }),
  internal: () =>
    status(500, 'The server had an error while processing your request', { type: 'server_error' }),
  tooLargeAtProxy: () =>
    status(413, '', {
      rawBody: {
        contentType: 'text/html',
        body: '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n</html>\r\n',
      },
    }),
  /** A local server that is still reading its model. */
  loading: () => status(503, 'Loading model', { type: 'unavailable_error' }),
} as const;
