import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Model } from '../model/model.ts';
import { type ModelChoice, resolveModelName } from '../model/resolve.ts';
import type { Host } from './host.ts';

export interface ChosenModel {
  readonly model: Model;
  /** One line for a person: which model and why. */
  readonly why: string;
}

/**
 * Resolves a model's name and makes the model; a provider's code is loaded only when it is used.
 *
 * @param flag `--model`, if given
 * @throws {UsageError} for an unknown name, a missing key, a script that cannot be read
 */
export async function createModel(
  flag: string | undefined,
  config: Config,
  host: Host,
): Promise<ChosenModel> {
  const names = {
    flag,
    environment: host.env.PATCHWRIGHT_MODEL,
    file: config.model,
    env: host.env,
  };
  const choice = resolveModelName(names);
  return { model: await make(choice, config, host), why: choice.why };
}

async function make(choice: ModelChoice, config: Config, host: Host): Promise<Model> {
  switch (choice.provider) {
    case 'repair':
      return (await import('../repair/model.ts')).createRepairModel();
    case 'scripted':
      return (await import('../model/scripted.ts')).createScriptedModel(choice.name);
    case 'human':
      return (await import('../model/human.ts')).createHumanModel({
        input: host.stdin,
        output: host.stderr,
      });
    case 'anthropic':
      return makeAnthropic(choice.name, config, host);
    default:
      throw new Error(`no maker for ${choice.provider}`);
  }
}

async function makeAnthropic(name: string, config: Config, { env, home }: Host): Promise<Model> {
  const [{ createAnthropicModel }, { loadPrices }] = await Promise.all([
    import('../model/anthropic.ts'),
    import('../model/pricing.ts'),
  ]);
  const cache = join(env.XDG_CACHE_HOME || join(home, '.cache'), 'patchwright');
  return createAnthropicModel({
    model: name,
    fallback: config.fallbackModel,
    effort: config.effort,
    prices: loadPrices(config.prices),
    catalogueFile: join(cache, 'anthropic-models.json'),
    apiKey: env.ANTHROPIC_API_KEY,
    authToken: env.ANTHROPIC_AUTH_TOKEN,
    baseURL: env.ANTHROPIC_BASE_URL,
  });
}
