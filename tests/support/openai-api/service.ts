import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../messages-api/errors.ts';
import type { Fault, StreamFault, Transport } from '../messages-api/faults.ts';
import { readBody } from '../messages-api/http.ts';
import { nextTurn, type Script } from '../messages-api/script.ts';
import { complete, type Usage } from './completion.ts';
import { DIALECTS, type Dialect } from './dialect.ts';
import { ChatError, errorJson } from './errors.ts';
import { type Prompt, PromptCache } from './prompt.ts';
import type { ChatBody } from './request.ts';
import { sendStream, sendWhole } from './send.ts';
import { validateChat } from './validate.ts';

/** One request as it came in, and how it was answered. */
export interface RecordedChat {
  /** Position among the `POST /v1/chat/completions` requests, from 0; -1 for any other. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  body: ChatBody | undefined;
  status: number | undefined;
  error: string | undefined;
  usage: Usage | undefined;
  /** What the model was shown of it. */
  prompt: Prompt | undefined;
  /** The connection ended before the answer did. */
  aborted: boolean;
}

export interface ChatApiOptions {
  /** What the model answers; the same scripts as for the Messages API. */
  readonly turns: Script<ChatBody>;
  /** Failures by the position of a request. A request that fails so uses up no turn. */
  readonly faults?:
    | Readonly<Record<number, Fault>>
    | ((request: RecordedChat) => Fault | undefined);
  readonly dialect?: Dialect;
  /** Ids of the models served, default `local-model`. */
  readonly models?: readonly string[];
  /** The only key accepted, default `test-key`; asked for if the dialect says so. */
  readonly apiKey?: string;
  readonly transport?: Transport;
  /** False when a long run should not keep every body in memory. */
  readonly keepBodies?: boolean;
  readonly maxBodyBytes?: number;
}

/** The service behind the HTTP server. */
export class ChatService {
  readonly requests: RecordedChat[] = [];
  readonly lookups: RecordedChat[] = [];
  turnsGiven = 0;
  readonly apiKey: string;
  readonly #options: ChatApiOptions;
  readonly #dialect: Dialect;
  readonly #models: readonly string[];
  readonly #prompts = new PromptCache();
  #ids = 0;

  constructor(options: ChatApiOptions) {
    this.#options = options;
    this.#dialect = options.dialect ?? DIALECTS.openai;
    this.#models = options.models ?? ['local-model'];
    this.apiKey = options.apiKey ?? 'test-key';
  }

  readonly #newId = (prefix: string): string => {
    this.#ids += 1;
    const digest = createHash('sha256').update(`${prefix}${this.#ids}`).digest('hex');
    return prefix === 'call' ? `call_${digest.slice(0, 24)}` : `${prefix}-${digest.slice(0, 29)}`;
  };

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://service');
    const isChat = request.method === 'POST' && pathname === '/v1/chat/completions';
    const record: RecordedChat = {
      index: isChat ? this.requests.length : -1,
      method: request.method ?? '',
      path: pathname,
      headers: request.headers,
      body: undefined,
      status: undefined,
      error: undefined,
      usage: undefined,
      prompt: undefined,
      aborted: false,
    };
    (isChat ? this.requests : this.lookups).push(record);
    response.setHeader('x-request-id', this.#newId('req'));
    response.once('close', () => {
      record.status = response.headersSent ? response.statusCode : undefined;
      record.aborted = !response.writableFinished;
    });
    try {
      await this.#route(request, response, record);
    } catch (error) {
      this.#refuse(response, record, error);
    }
  }

  #refuse(response: ServerResponse, record: RecordedChat, error: unknown): void {
    const refusal = error instanceof ChatError ? error : foreign(error);
    record.error = refusal.message;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.writeHead(refusal.status, { ...refusal.headers, 'content-type': 'application/json' });
    response.end(JSON.stringify(errorJson(refusal, this.#dialect)));
  }

  #authenticate(headers: IncomingHttpHeaders): void {
    if (!this.#dialect.needsKey) return;
    const { authorization } = headers;
    if (authorization === undefined) {
      throw new ChatError(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
      );
    }
    if (authorization !== `Bearer ${this.apiKey}`) {
      throw new ChatError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
    }
  }

  async #route(
    request: IncomingMessage,
    response: ServerResponse,
    record: RecordedChat,
  ): Promise<void> {
    const raw = await readBody(request, this.#options.maxBodyBytes ?? 32 * 1024 * 1024);
    this.#authenticate(request.headers);
    const { method, path } = record;
    if (path === '/v1/models' || path.startsWith('/v1/models/')) {
      if (method !== 'GET') throw new ChatError(405, `Not allowed to ${method} on ${path}`);
      const json = JSON.stringify(this.#describe(path));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(json);
      return;
    }
    if (path !== '/v1/chat/completions') {
      throw new ChatError(404, `Invalid URL (${method} ${path})`);
    }
    if (method !== 'POST') throw new ChatError(405, `Not allowed to ${method} on ${path}`);
    const { faults } = this.#options;
    const fault = typeof faults === 'function' ? faults(record) : faults?.[record.index];
    if (fault?.kind === 'refuse') return void request.socket.resetAndDestroy();
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'status') {
      const { status, message = 'Error', rawBody, type, errorCode: code, headers } = fault;
      if (rawBody === undefined) {
        throw new ChatError(status, message, {
          ...(type !== undefined && { type }),
          ...(code !== undefined && { code }),
          ...(headers !== undefined && { headers }),
        });
      }
      response.writeHead(status, { ...headers, 'content-type': rawBody.contentType });
      response.end(rawBody.body);
      return;
    }
    await this.#complete(raw, response, record, fault);
  }

  #describe(path: string): object {
    const { contextField, context } = this.#dialect;
    const describe = (id: string) => ({
      id,
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'local',
      ...(contextField === null ? {} : { [contextField]: context.size }),
    });
    if (path === '/v1/models') return { object: 'list', data: this.#models.map(describe) };
    return describe(this.#known(decodeURIComponent(path.slice('/v1/models/'.length))));
  }

  #known(id: string): string {
    if (this.#models.includes(id)) return id;
    throw new ChatError(
      404,
      `The model \`${id}\` does not exist or you do not have access to it.`,
      {
        code: 'model_not_found',
        param: 'model',
      },
    );
  }

  async #complete(
    raw: string,
    response: ServerResponse,
    record: RecordedChat,
    fault: StreamFault | undefined,
  ): Promise<void> {
    const dialect = this.#dialect;
    const parsed = parseJson(raw);
    if (this.#options.keepBodies !== false) record.body = parsed as ChatBody;
    const body = validateChat(parsed);
    const model = this.#known(body.model);
    if (body.tools !== undefined && dialect.tools === 'refused') {
      throw new ChatError(dialect.errors === 'numbered' ? 404 : 400, dialect.toolsRefusal(model));
    }
    const prompt = this.#prompts.read(body, dialect);
    record.prompt = prompt;
    const n = this.turnsGiven;
    if (fault === undefined) this.turnsGiven += 1;
    const turn = await nextTurn(this.#options.turns, body, n);
    if (turn.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, turn.delay));
    const completion = complete(turn, { model, dialect, prompt, newId: this.#newId });
    record.usage = completion.usage;
    const harm = fault ?? turn.fault;
    if (body.stream !== true) return sendWhole(response, completion, dialect, harm);
    return sendStream(response, completion, {
      dialect,
      fault: harm,
      transport: turn.transport ?? this.#options.transport ?? {},
      includeUsage: body.stream_options?.include_usage === true,
    });
  }
}

/** An error of the shared parts, or one of the script: not the client's fault, and not worth another try. */
function foreign(error: unknown): ChatError {
  return error instanceof ApiError
    ? new ChatError(error.status, error.message)
    : new ChatError(400, `script: ${error instanceof Error ? error.message : String(error)}`);
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw new ChatError(400, 'We could not parse the JSON body of your request.');
  }
}
