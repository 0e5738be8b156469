import { afterEach } from 'vitest';
import { type AnthropicOptions, createAnthropicModel } from '../../src/model/anthropic.ts';
import type { Patience } from '../../src/model/idle.ts';
import type { Model } from '../../src/model/model.ts';
import { loadPrices } from '../../src/model/pricing.ts';
import { DEFAULT_RETRY, type RetryPolicy } from '../../src/model/retry.ts';
import {
  type MessagesApi,
  type MessagesApiOptions,
  startMessagesApi,
} from '../support/messages-api/server.ts';

export const PRICES = loadPrices();

/** The product's policy with waits that a test can bear. */
export const FAST_RETRY: RetryPolicy = { ...DEFAULT_RETRY, firstWaitMs: 5, maxWaitMs: 20 };

export const SHORT_PATIENCE: Patience = { headersMs: 600, silenceMs: 600, stallMs: 900 };

const running: MessagesApi[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Starts the local service and a model on it; the service ends with the test. */
export async function start(
  api: MessagesApiOptions,
  options: Partial<AnthropicOptions> = {},
): Promise<{ server: MessagesApi; model: Model }> {
  const server = await startMessagesApi(api);
  running.push(server);
  const model = createAnthropicModel({
    model: 'claude-sonnet-5-5',
    apiKey: server.apiKey,
    baseURL: server.url,
    prices: PRICES,
    retry: FAST_RETRY,
    ...options,
  });
  return { server, model };
}
