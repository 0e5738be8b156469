import { afterEach } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import { createOpenAiModel, type OpenAiOptions } from '../../src/model/openai.ts';
import { type ChatApi, type ChatApiOptions, startChatApi } from '../support/openai-api/server.ts';
import { FAST_RETRY, PRICES } from './anthropic-server.ts';

const running: ChatApi[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Starts the local chat completions server and a model on it; the server ends with the test. */
export async function startChat(
  api: ChatApiOptions,
  options: Partial<OpenAiOptions> = {},
): Promise<{ server: ChatApi; model: Model }> {
  const server = await startChatApi(api);
  running.push(server);
  const model = createOpenAiModel({
    model: 'local-model',
    apiKey: server.apiKey,
    baseURL: server.url,
    prices: PRICES,
    retry: FAST_RETRY,
    ...options,
  });
  return { server, model };
}
