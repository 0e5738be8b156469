// Imported lazily. The parts are taken by their own paths: that is a third of the package, and a bundler drops the rest.
import { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { Messages } from '@anthropic-ai/sdk/resources/messages/messages';
import { Models } from '@anthropic-ai/sdk/resources/models';

export { APIError } from '@anthropic-ai/sdk/core/error';

export interface AnthropicAccess {
  /** From ANTHROPIC_API_KEY. */
  readonly apiKey?: string | undefined;
  /** From ANTHROPIC_AUTH_TOKEN; used when there is no key. */
  readonly authToken?: string | undefined;
  /** From ANTHROPIC_BASE_URL; default: the public service. */
  readonly baseURL?: string | undefined;
  /** For recording and replaying. */
  readonly fetch?: typeof fetch | undefined;
}

export interface AnthropicClient {
  readonly base: BaseAnthropic;
  readonly messages: Messages;
  readonly models: Models;
}

export const ANTHROPIC_BASE_URL = 'https://api.anthropic.com';

/** @returns a client that neither retries by itself nor looks for other credentials */
export function openClient(access: AnthropicAccess): AnthropicClient {
  const { apiKey, authToken, baseURL, fetch } = access;
  const base = new BaseAnthropic({
    ...(apiKey ? { apiKey } : { authToken: authToken ?? '' }),
    baseURL: baseURL || ANTHROPIC_BASE_URL,
    maxRetries: 0,
    logLevel: 'off',
    openTelemetry: false,
    ...(fetch ? { fetch } : {}),
  });
  return { base, messages: new Messages(base), models: new Models(base) };
}
