import { ModelError, type ModelErrorKind } from '../errors.ts';
import type { Turn } from '../trajectory/event.ts';
import { attemptOnce } from './anthropic-attempt.ts';
import type { AnthropicAccess, AnthropicClient } from './anthropic-client.ts';
import { canClear, clearedUses, contextEdits } from './anthropic-context.ts';
import { classifierOf } from './anthropic-errors.ts';
import { ConversationEncoder, type Effort, parametersOf } from './anthropic-request.ts';
import { type AnsweredUsage, turnOf, usageOf } from './anthropic-turn.ts';
import { CatalogueReader, fetchCatalogue, type ModelFacts } from './catalogue.ts';
import { DEFAULT_PATIENCE, type Patience } from './idle.ts';
import type { CompleteOptions, Model, ModelRequest } from './model.ts';
import { cachedPrompt, costOf, hasPrice, type PriceTable } from './pricing.ts';
import type { RateGate } from './rate-gate.ts';
import { DEFAULT_RETRY, type Failure, type RetryPolicy, withRetries } from './retry.ts';
import { sumUsage } from './usage.ts';

export interface AnthropicOptions extends AnthropicAccess {
  readonly model: string;
  /** Taken when `model` stays overloaded, and kept from then on: its cache is the warm one. */
  readonly fallback?: string | undefined;
  readonly prices: PriceTable;
  /** Where the service's list of models is kept between runs; absent: it is asked for in each run. */
  readonly catalogueFile?: string | undefined;
  readonly effort?: Effort | undefined;
  /** Tokens of the longest answer, thinking included. */
  readonly maxOutputTokens?: number | undefined;
  /** Waits for the list of models before the first request, so that a recorded run is the same each time. */
  readonly settled?: boolean | undefined;
  readonly retry?: RetryPolicy | undefined;
  /** Shared by all models of the same key. */
  readonly gate?: RateGate | undefined;
  readonly patience?: Patience | undefined;
}

const MAX_OUTPUT_TOKENS = 32_000;

/** After these the same request may succeed with another model. */
const FALLBACK_AFTER: readonly ModelErrorKind[] = ['overloaded', 'rate_limit', 'server'];

/** Claude through the Messages API. Nothing is loaded and nothing is sent before the first `complete`. */
export function createAnthropicModel(options: AnthropicOptions): Model {
  const { prices, fallback } = options;
  const names = fallback === undefined ? [options.model] : [options.model, fallback];
  let current = options.model;
  let connecting: Promise<Connection> | undefined;
  let catalogue: CatalogueReader | undefined;
  return {
    name: options.model,
    hasPrice: names.every((name) => hasPrice(prices, name)),
    get contextTokens() {
      const facts = catalogue?.factsOf(current);
      return canClear(facts) ? null : (facts?.contextTokens ?? null);
    },
    leastCost: ({ messages }) => costOf(prices, current, cachedPrompt(messages)),
    async complete(request, completing) {
      completing.signal.throwIfAborted();
      connecting ??= connect(options);
      const connection = await connecting;
      catalogue = connection.catalogue;
      const ask = () => turnFrom({ connection, options, model: current, request, completing });
      try {
        return await ask();
      } catch (error) {
        const failed = error instanceof ModelError && FALLBACK_AFTER.includes(error.kind);
        if (!failed || fallback === undefined || current === fallback) throw error;
        completing.onProgress?.(`${current} does not answer; going on with ${fallback}`);
        current = fallback;
        return ask();
      }
    },
  };
}

interface Connection {
  readonly client: AnthropicClient;
  readonly classify: (error: unknown) => Failure;
  readonly catalogue: CatalogueReader;
  readonly encoder: ConversationEncoder;
  /** How many old tool results the last request left out. */
  cleared: number;
}

async function connect(options: AnthropicOptions): Promise<Connection> {
  const { APIError, openClient } = await import('./anthropic-client.ts');
  const client = openClient(options);
  const { baseURL } = client.base;
  const catalogue = new CatalogueReader({
    file: options.settled ? undefined : options.catalogueFile,
    baseURL,
    fetch: (signal) => fetchCatalogue(client.models, baseURL, signal),
  });
  await catalogue.load();
  const classify = classifierOf({ APIError, baseURL });
  return { client, classify, catalogue, encoder: new ConversationEncoder(), cleared: 0 };
}

/** Asks one model for one turn, as often as the retry policy allows. */
async function turnFrom(asked: {
  readonly connection: Connection;
  readonly options: AnthropicOptions;
  readonly model: string;
  readonly request: ModelRequest;
  readonly completing: CompleteOptions;
}): Promise<Turn> {
  const { connection, options, model, request, completing } = asked;
  const { client, classify, catalogue } = connection;
  const { signal, onProgress } = completing;
  if (options.settled) await catalogue.refresh(model, signal);
  const facts = catalogue.factsOf(model);
  const cleared = clearedUses(request.messages, facts);
  if (cleared > connection.cleared) {
    onProgress?.(`leaving the ${cleared} oldest tool results out: the conversation is long`);
  }
  connection.cleared = cleared;
  const params = parametersOf(request, {
    ...settingsFor(options, model, facts),
    contextManagement: contextEdits(request.messages, cleared),
  });
  const messages = connection.encoder.encode(request.messages);
  const broken: AnsweredUsage[] = [];
  const { message, closed, requestId } = await withRetries({
    attempt: () => {
      const answer = attemptOnce({
        client,
        params,
        messages,
        patience: options.patience ?? DEFAULT_PATIENCE,
        signal,
        onBroken: (usage) => broken.push(usage),
      });
      void catalogue.refresh(model, signal);
      return answer;
    },
    classify,
    policy: options.retry ?? DEFAULT_RETRY,
    signal,
    onProgress,
    gate: options.gate,
  });
  const usages = [...broken, message.usage].map((usage) => usageOf(usage, model, options.prices));
  return turnOf(message, closed, sumUsage(usages), requestId);
}

/** What is known of the model decides; as long as nothing is, the service's own defaults hold. */
function settingsFor(options: AnthropicOptions, model: string, facts: ModelFacts | undefined) {
  const { effort, maxOutputTokens = MAX_OUTPUT_TOKENS } = options;
  const hasEffort = effort !== undefined && (facts?.efforts.includes(effort) ?? true);
  return {
    model,
    maxTokens: Math.min(maxOutputTokens, facts?.maxOutputTokens ?? Number.POSITIVE_INFINITY),
    adaptiveThinking: facts?.adaptiveThinking,
    effort: hasEffort ? effort : undefined,
  };
}
