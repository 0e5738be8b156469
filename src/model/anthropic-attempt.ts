import type { AnthropicClient } from './anthropic-client.ts';
import { CONTEXT_BETA } from './anthropic-context.ts';
import type { RequestParameters } from './anthropic-request.ts';
import type { AnsweredMessage, AnsweredUsage } from './anthropic-turn.ts';
import { IdleWatch, type Patience } from './idle.ts';

export interface Answered {
  readonly message: AnsweredMessage & { readonly usage: AnsweredUsage };
  /** Indexes of the content blocks that arrived whole. */
  readonly closed: ReadonlySet<number>;
  readonly requestId: string | null | undefined;
}

/**
 * Sends one request and reads its whole answer.
 *
 * @param onBroken told the tokens of an answer that began and did not end; they may be billed
 * @throws whatever the client throws, a `StalledError` when nothing moved, or the signal's reason
 */
export async function attemptOnce(options: {
  readonly client: AnthropicClient;
  /** Without messages. */
  readonly params: RequestParameters;
  /** JSON array of the messages, in parts. */
  readonly messages: readonly Buffer[];
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly onBroken: (usage: AnsweredUsage) => void;
}): Promise<Answered> {
  const { client, params, messages, patience, signal } = options;
  const watch = new IdleWatch(patience, signal);
  const closed = new Set<number>();
  let begun: AnsweredUsage | undefined;
  try {
    const stream = client.messages.stream(params, {
      signal: watch.signal,
      timeout: patience.headersMs,
      ...(params.context_management ? { headers: { 'anthropic-beta': CONTEXT_BETA } } : {}),
      middleware: [
        async (request, next) => {
          const body = withMessages(String(request.body), messages);
          return watch.watch(await next({ ...request, body }));
        },
      ],
    });
    stream.on('streamEvent', (event) => {
      watch.progress();
      if (event.type === 'message_start') begun = event.message.usage;
      if (event.type === 'content_block_stop') closed.add(event.index);
    });
    const message = await stream.finalMessage();
    return { message, closed, requestId: stream.request_id };
  } catch (error) {
    if (begun) options.onBroken(begun);
    throw watch.signal.aborted ? watch.signal.reason : error;
  } finally {
    watch.stop();
  }
}

/** Puts the encoded messages into the body that the client made: they are too long to be encoded anew each time. */
function withMessages(body: string, messages: readonly Buffer[]): Buffer {
  const { messages: _, ...rest } = JSON.parse(body);
  const head = Buffer.from(`${JSON.stringify(rest).slice(0, -1)},"messages":`);
  return Buffer.concat([head, ...messages, Buffer.from('}')]);
}
