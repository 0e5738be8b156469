import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type Anthropic from '@anthropic-ai/sdk';
import { type Answer, answer } from './answer.ts';
import { PrefixCache } from './cache.ts';
import { editContext } from './context-edits.ts';
import { ApiError, errorBody, invalid } from './errors.ts';
import type { Fault, StreamFault, Transport } from './faults.ts';
import { authenticate, checkVersion, parseJson, readBody, sendStatus } from './http.ts';
import { DEFAULT_LIMITS, RateLimiter, type RateLimits } from './limits.ts';
import { DEFAULT_MODELS, findModel, listModels, type ServedModel } from './models.ts';
import { layOut } from './prefix.ts';
import { betasOf, type MessagesBody } from './request.ts';
import { nextTurn, type Script } from './script.ts';
import { sendStream, sendWhole } from './send.ts';
import { Signatures } from './signatures.ts';
import { validateMessages } from './validate.ts';

/** One request as it came in, and how it was answered. */
export interface RecordedRequest {
  /** Position among the `POST /v1/messages` requests, from 0; -1 for any other. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON; undefined when it was none, or when bodies are not kept. */
  body: MessagesBody | undefined;
  readonly requestId: string;
  /** Status of the answer; undefined as long as none was sent. */
  status: number | undefined;
  /** Type and message of the error it was answered with. */
  error: { readonly type: string; readonly message: string } | undefined;
  usage: Anthropic.Usage | undefined;
  /** The connection ended before the answer did. */
  aborted: boolean;
}

export interface MessagesApiOptions {
  /** What the model answers. */
  readonly turns: Script;
  /** Failures by the position of a `POST /v1/messages` request. A request that fails so uses up no turn. */
  readonly faults?:
    | Readonly<Record<number, Fault>>
    | ((request: RecordedRequest) => Fault | undefined);
  /** The only key accepted, default `test-key`. */
  readonly apiKey?: string;
  readonly models?: readonly ServedModel[];
  readonly limits?: RateLimits;
  /** How answers travel, unless a turn says otherwise. */
  readonly transport?: Transport;
  /** Milliseconds; for the lifetimes of cache entries and the windows of the rate limits. */
  readonly now?: () => number;
  /** False when a long run should not keep every body in memory. */
  readonly keepBodies?: boolean;
  readonly maxBodyBytes?: number;
  readonly port?: number;
}

/** The service behind the HTTP server: one instance is one account, with its cache, its limits and its secret. */
export class Service {
  readonly requests: RecordedRequest[] = [];
  readonly lookups: RecordedRequest[] = [];
  turnsGiven = 0;
  readonly apiKey: string;
  readonly #options: MessagesApiOptions;
  readonly #models: readonly ServedModel[];
  readonly #signatures: Signatures;
  readonly #cache: PrefixCache;
  readonly #limiter: RateLimiter;
  /** Hashes of conversations whose last turn was paused: only these may end with the assistant. */
  readonly #paused = new Set<string>();
  #ids = 0;

  constructor(options: MessagesApiOptions) {
    const now = options.now ?? Date.now;
    this.#options = options;
    this.apiKey = options.apiKey ?? 'test-key';
    this.#models = options.models ?? DEFAULT_MODELS;
    this.#signatures = new Signatures(`secret of ${this.apiKey}`);
    this.#cache = new PrefixCache(now);
    this.#limiter = new RateLimiter(options.limits ?? DEFAULT_LIMITS, now);
  }

  /** Ids that look like the service's and are the same in every run. */
  readonly #newId = (prefix: string): string => {
    this.#ids += 1;
    const digest = createHash('sha256').update(`${prefix}${this.#ids}`).digest('hex');
    return `${prefix}_01${digest.slice(0, 22)}`;
  };

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://service');
    const isMessages = request.method === 'POST' && url.pathname === '/v1/messages';
    const record: RecordedRequest = {
      index: isMessages ? this.requests.length : -1,
      method: request.method ?? '',
      path: `${url.pathname}${url.search}`,
      headers: request.headers,
      body: undefined,
      requestId: this.#newId('req'),
      status: undefined,
      error: undefined,
      usage: undefined,
      aborted: false,
    };
    (isMessages ? this.requests : this.lookups).push(record);
    response.setHeader('request-id', record.requestId);
    response.once('close', () => {
      record.status = response.headersSent ? response.statusCode : undefined;
      record.aborted = !response.writableFinished;
    });
    try {
      await this.#route(request, response, url, record);
    } catch (error) {
      this.#refuse(response, record, error);
    }
  }

  #refuse(response: ServerResponse, record: RecordedRequest, error: unknown): void {
    const refusal =
      error instanceof ApiError
        ? error
        : new ApiError(400, `script: ${error instanceof Error ? error.message : String(error)}`);
    record.error = { type: refusal.type, message: refusal.message };
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, type, message, errorCode } = refusal;
    response.writeHead(status, { ...refusal.headers, 'content-type': 'application/json' });
    response.end(JSON.stringify(errorBody({ type, message, errorCode }, record.requestId)));
  }

  async #route(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    record: RecordedRequest,
  ): Promise<void> {
    const raw = await readBody(request, this.#options.maxBodyBytes ?? 32 * 1024 * 1024);
    authenticate(request.headers, this.apiKey);
    checkVersion(request.headers);
    const path = url.pathname;
    const json = (body: unknown) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (path === '/v1/messages' || path === '/v1/messages/count_tokens') {
      if (request.method !== 'POST') throw new ApiError(405, 'Method Not Allowed');
      const fault = this.#faultOf(record);
      if (fault?.kind === 'status') return sendStatus(response, fault, record.requestId);
      if (fault?.kind === 'refuse') return void request.socket.resetAndDestroy();
      if (fault?.kind === 'silence') return;
      const parsed = parseJson(raw);
      if (this.#options.keepBodies !== false) record.body = parsed as MessagesBody;
      if (path === '/v1/messages') return this.#messages(parsed, response, record, fault);
      const { body } = this.#validate(parsed, record, true);
      const sent = layOut(body);
      return json({ input_tokens: editContext(body, sent).prefix.tokens });
    }
    if (path === '/v1/models' || path.startsWith('/v1/models/')) {
      if (request.method !== 'GET') throw new ApiError(405, 'Method Not Allowed');
      if (path === '/v1/models') return json(listModels(this.#models, url.searchParams));
      return json(findModel(this.#models, decodeURIComponent(path.slice(11))).info);
    }
    throw new ApiError(404, 'Not Found');
  }

  #faultOf(record: RecordedRequest): Fault | undefined {
    const { faults } = this.#options;
    if (record.index < 0) return undefined;
    return typeof faults === 'function' ? faults(record) : faults?.[record.index];
  }

  #validate(parsed: unknown, record: RecordedRequest, countOnly: boolean) {
    return validateMessages(parsed, {
      models: this.#models,
      betas: betasOf(record.headers),
      isPaused: (body) => this.#paused.has(layOut(body).hash),
      countOnly,
    });
  }

  async #messages(
    parsed: unknown,
    response: ServerResponse,
    record: RecordedRequest,
    fault: StreamFault | undefined,
  ): Promise<void> {
    const { body, model } = this.#validate(parsed, record, false);
    const betas = betasOf(record.headers);
    const sent = layOut(body);
    const dropped = this.#signatures.check(body, model, sent);
    const { prefix: shown, applied } = editContext(body, sent);
    const limit = model.info.max_input_tokens;
    if (limit !== null && shown.tokens > limit) {
      invalid('', `prompt is too long: ${shown.tokens} tokens > ${limit} maximum`);
    }
    this.#limiter.admit();

    const n = this.turnsGiven;
    if (fault === undefined) this.turnsGiven += 1;
    const turn = await nextTurn(this.#options.turns, body, n);
    if (turn.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, turn.delay));
    const usage = this.#cache.use(body, model, shown, new Set(dropped.map(({ block }) => block)));
    const answered: Answer = answer(turn, {
      body,
      model,
      prefix: sent,
      usage,
      ...(betas.has('context-management-2025-06-27') ? { contextManagement: applied } : {}),
      ...(betas.has('thinking-binding-controls-2026-08-01')
        ? { transformations: dropped.map(({ report }) => report) }
        : {}),
      signatures: this.#signatures,
      newId: this.#newId,
    });
    const { message } = answered;
    if (message.stop_reason === 'pause_turn') this.#paused.add(answered.hash);
    record.usage = message.usage;
    this.#limiter.spend(
      usage.input_tokens + usage.cache_creation_input_tokens,
      message.usage.output_tokens,
    );
    for (const [name, value] of Object.entries(this.#limiter.headers())) {
      response.setHeader(name, value);
    }
    const harm = fault ?? turn.fault;
    if (body.stream !== true) return sendWhole(response, answered, harm);
    return sendStream(response, answered, {
      fault: harm,
      transport: turn.transport ?? this.#options.transport ?? {},
      requestId: record.requestId,
    });
  }
}
