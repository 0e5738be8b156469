import { IdleWatch, type Patience } from './idle.ts';
import { BrokenAnswerError, ChatHttpError } from './openai-errors.ts';
import { type ChatAnswer, readAnswer } from './openai-stream.ts';

export interface ChatAccess {
  /** From OPENAI_BASE_URL, usually ending in `/v1`; default: the public service. */
  readonly baseURL?: string | undefined;
  /** From OPENAI_API_KEY; local servers need none. */
  readonly apiKey?: string | undefined;
  /** For recording and replaying. */
  readonly fetch?: typeof fetch | undefined;
}

export const OPENAI_BASE_URL = 'https://api.openai.com/v1';

/** A server of chat completions. */
export class ChatServer {
  readonly baseURL: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof fetch;

  constructor({ baseURL, apiKey, fetch: own }: ChatAccess) {
    this.baseURL = (baseURL || OPENAI_BASE_URL).replace(/\/+$/, '');
    this.#headers = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
    this.#fetch = own ?? fetch;
  }

  /**
   * Sends one request and reads its whole answer.
   *
   * @throws {ChatHttpError | StreamedError | BrokenAnswerError | StalledError | TypeError | SyntaxError}
   */
  async ask(body: string, patience: Patience, signal: AbortSignal): Promise<ChatAnswer> {
    const watch = new IdleWatch(patience, signal);
    watch.sent();
    try {
      const sent = await this.#fetch(`${this.baseURL}/chat/completions`, {
        method: 'POST',
        headers: { ...this.#headers, 'content-type': 'application/json' },
        body,
        signal: watch.signal,
      });
      const response = watch.watch(sent);
      if (!response.ok) {
        throw new ChatHttpError(response.status, await response.text(), response.headers);
      }
      const answer = await readAnswer(response, () => watch.progress());
      if (answer.finishReason === null) throw new BrokenAnswerError('it ended without a reason');
      return answer;
    } catch (error) {
      throw watch.signal.aborted ? watch.signal.reason : error;
    } finally {
      watch.stop();
    }
  }

  /** @returns tokens of the model's context where the server's list of models tells them, else null */
  async contextTokens(model: string, signal: AbortSignal): Promise<number | null> {
    const response = await this.#fetch(`${this.baseURL}/models`, {
      headers: this.#headers,
      signal,
    });
    const listed = (await response.json()) as { data?: readonly Record<string, unknown>[] };
    const found = listed.data?.find(({ id }) => id === model);
    const meta = found?.meta as { n_ctx?: unknown } | undefined;
    const size = found?.max_model_len ?? found?.context_length ?? meta?.n_ctx;
    return typeof size === 'number' && size > 0 ? size : null;
  }
}
