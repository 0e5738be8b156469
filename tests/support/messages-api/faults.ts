/** Where in the event stream a fault strikes: after so many events, or at a named place. */
export type Place =
  | number
  /** Right after `message_start`. */
  | 'start'
  /** After the first piece of text or thinking. */
  | 'text'
  /** After the second piece of a tool's input, that is inside its JSON. */
  | 'tool'
  /** After the last content block, before `message_delta`. */
  | 'message_delta'
  /** After `message_delta`, before `message_stop`. */
  | 'message_stop';

/** What goes wrong after the response headers went out. */
export type StreamFault =
  /** An SSE `error` event, then the end. */
  | {
      readonly kind: 'error';
      readonly type?: string;
      readonly message?: string;
      readonly at?: Place;
    }
  /** The body ends cleanly, without `message_stop`. */
  | { readonly kind: 'end'; readonly at?: Place }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly at?: Place }
  /** Nothing more is sent and the connection stays open; with `pings`, a `ping` so often (milliseconds). */
  | { readonly kind: 'stall'; readonly at?: Place; readonly pings?: number }
  /** The data of one event is cut, so that it is no JSON. */
  | { readonly kind: 'garbage'; readonly at?: Place }
  /** `max_tokens` inside the JSON of the last tool call: that block is never stopped. */
  | { readonly kind: 'max_tokens_in_tool'; readonly characters?: number };

/** An answer instead of any stream. */
export interface StatusFault {
  readonly kind: 'status';
  readonly status: number;
  readonly type?: string;
  readonly message?: string;
  readonly errorCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is instead of the error JSON, as a proxy in between does. */
  readonly rawBody?: { readonly contentType: string; readonly body: string };
}

/** What goes wrong instead of a good answer. */
export type Fault =
  | StatusFault
  | StreamFault
  /** The connection is reset before the response headers. */
  | { readonly kind: 'refuse' }
  /** The request is taken and never answered. */
  | { readonly kind: 'silence' };

/** How the bytes of a body travel. */
export interface Transport {
  /** Line ends of the event stream. */
  readonly newline?: '\n' | '\r\n' | '\r';
  /**
   * `event`: a chunk for each event. `multibyte`: cuts inside every character of more than one byte, and inside CRLF.
   * A number: chunks of so many bytes. A function: the chunks of the whole body.
   */
  readonly chunks?: 'event' | 'multibyte' | number | ((body: Buffer) => readonly Buffer[]);
}

const status = (
  code: number,
  message: string,
  rest: Omit<StatusFault, 'kind' | 'status' | 'message'> = {},
): StatusFault => ({ kind: 'status', status: code, message, ...rest });

/** The failures that the service documents, with its words. */
export const FAULTS = {
  /** @param seconds what `retry-after` asks for */
  rateLimit: (seconds: number) =>
    status(429, "This request would exceed your organization's rate limit.", {
      headers: { 'retry-after': String(seconds), 'x-should-retry': 'true' },
    }),
  /** The service marks these as not worth a retry only by the code. */
  spendLimit: (
    errorCode:
      | 'enforced_spend_limit_reached'
      | 'contract_spend_limit_reached' = 'enforced_spend_limit_reached',
  ) => status(429, 'You have reached your specified API usage limits.', { errorCode }),
  overloaded: () => status(529, 'Overloaded', { headers: { 'x-should-retry': 'true' } }),
  internal: () => status(500, 'Internal server error', { headers: { 'x-should-retry': 'true' } }),
  timeout: () => status(504, 'The request timed out.'),
  conflict: () => status(409, 'The request conflicts with another request.'),
  billing: () => status(402, 'There is an issue with your billing or payment information.'),
  permission: () =>
    status(403, 'Your API key does not have permission to use the specified resource.'),
  /** From the proxy in front of the service, which knows nothing of its error JSON. */
  tooLargeAtProxy: () =>
    status(413, '', {
      rawBody: {
        contentType: 'text/html',
        body: '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n</html>\r\n',
      },
    }),
  badGateway: () =>
    status(502, '', {
      rawBody: { contentType: 'text/html', body: '<html><body>502 Bad Gateway</body></html>' },
    }),
} as const;

/**
 * Cuts a body into the chunks that a transport asks for.
 *
 * @param events the parts that belong together
 */
export function chunksOf(events: readonly string[], transport: Transport): readonly Buffer[] {
  const how = transport.chunks ?? 'event';
  if (how === 'event') return events.map((event) => Buffer.from(event));
  const body = Buffer.from(events.join(''));
  if (typeof how === 'function') return how(body);
  if (typeof how === 'number') {
    const count = Math.ceil(body.length / how);
    return Array.from({ length: count }, (_, i) => body.subarray(i * how, (i + 1) * how));
  }
  const cuts = [0];
  for (let i = 1; i < body.length; i++) {
    const byte = body[i] ?? 0;
    const continues = (byte & 0xc0) === 0x80;
    if (continues || (body[i - 1] === 0x0d && byte === 0x0a)) cuts.push(i);
  }
  return cuts.map((from, i) => body.subarray(from, cuts[i + 1] ?? body.length));
}
