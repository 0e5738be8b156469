import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { UsageError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { RateGate } from '../model/rate-gate.ts';
import { type ModelChoice, resolveModelName } from '../model/resolve.ts';
import type { Host } from './host.ts';

export interface ChosenModel {
  readonly model: Model;
  /** One line for a person: which model and why. */
  readonly why: string;
}

export interface ModelOptions {
  /** `--model`, if given. */
  readonly name?: string | undefined;
  /** `--record FILE`: every HTTP exchange goes into it. */
  readonly record?: string | undefined;
  /** Shared with the other models of this process that use the same key. */
  readonly gate?: RateGate | undefined;
  /** What the built-in policy is told. */
  readonly repair?: {
    readonly minConfidence?: number | undefined;
    readonly maxTime?: number | undefined;
  };
}

/** A model's name as the command line, the environment and the configuration file give it together. */
export function chooseModel(flag: string | undefined, config: Config, host: Host): ModelChoice {
  const environment = host.env.PATCHWRIGHT_MODEL;
  return resolveModelName({ flag, environment, file: config.model, env: host.env });
}

/** Folder of the models that `gguf:` names and `patchwright models` manages. */
export function modelsFolder({ env, home }: Host): string {
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'patchwright', 'models');
}

/** The user's own folder, when node-llama-cpp is installed there and not beside this package. */
export function llamaFolder({ cwd }: Host): string | undefined {
  return existsSync(join(cwd, 'node_modules', 'node-llama-cpp')) ? cwd : undefined;
}

/**
 * Resolves a model's name and makes the model; a provider's code is loaded only when it is used.
 *
 * @throws {UsageError} for an unknown name, a missing key, a script that cannot be read
 */
export async function createModel(
  options: ModelOptions,
  config: Config,
  host: Host,
): Promise<ChosenModel> {
  const choice = chooseModel(options.name, config, host);
  const model = await make(choice, { ...options, config, host });
  if (!LANGUAGE_MODELS.has(choice.provider)) return { model, why: choice.why };
  const { withFreshStart } = await import('../model/fresh-start.ts');
  return { model: withFreshStart(model), why: choice.why };
}

/** Providers whose conversation can outgrow a window. */
const LANGUAGE_MODELS = new Set(['anthropic', 'openai', 'gguf', 'recorded']);

interface Making extends ModelOptions {
  readonly config: Config;
  readonly host: Host;
}

async function make(choice: ModelChoice, making: Making): Promise<Model> {
  const { config, host, record } = making;
  if (record !== undefined && choice.provider !== 'anthropic' && choice.provider !== 'openai') {
    throw new UsageError(`--record: ${choice.provider} makes no HTTP requests; leave --record out`);
  }
  switch (choice.provider) {
    case 'repair':
      return (await import('../repair/model.ts')).createRepairModel({
        minConfidence: making.repair?.minConfidence ?? config.minConfidence,
        seconds: making.repair?.maxTime ?? config.maxTime,
      });
    case 'scripted':
      return (await import('../model/scripted.ts')).createScriptedModel(choice.name);
    case 'human': {
      const { createHumanModel } = await import('../model/human.ts');
      return createHumanModel({ input: host.stdin, output: host.stderr });
    }
    case 'anthropic':
      return makeAnthropic(choice.name, making);
    case 'openai':
      return makeOpenAi(choice.name, making);
    case 'gguf':
      return (await import('../model/gguf.ts')).createGgufModel({
        model: choice.name,
        folder: modelsFolder(host),
        contextTokens: config.contextTokens,
        libraryFolder: llamaFolder(host),
        token: host.env.HF_TOKEN,
        signal: host.signal,
        onProgress: (text) => void host.stderr.write(`${text}\n`),
      });
    case 'recorded': {
      const [{ createRecordedModel }, prices] = await Promise.all([
        import('../model/recorded.ts'),
        loadPriceTable(config),
      ]);
      return createRecordedModel(choice.name, prices);
    }
    default:
      return choice.provider satisfies never;
  }
}

async function makeAnthropic(name: string, making: Making): Promise<Model> {
  const { env, home } = making.host;
  const [{ createAnthropicModel }, prices] = await Promise.all([
    import('../model/anthropic.ts'),
    loadPriceTable(making.config),
  ]);
  const cache = join(env.XDG_CACHE_HOME || join(home, '.cache'), 'patchwright');
  const { fallbackModel: fallback, effort } = making.config;
  return createAnthropicModel({
    ...{ model: name, fallback, effort, prices, gate: making.gate },
    ...(await recording('anthropic', { model: name, fallback, effort }, making)),
    catalogueFile: join(cache, 'anthropic-models.json'),
    apiKey: env.ANTHROPIC_API_KEY,
    authToken: env.ANTHROPIC_AUTH_TOKEN,
    baseURL: env.ANTHROPIC_BASE_URL,
  });
}

async function makeOpenAi(name: string, making: Making): Promise<Model> {
  const { env } = making.host;
  const [{ createOpenAiModel }, prices] = await Promise.all([
    import('../model/openai.ts'),
    loadPriceTable(making.config),
  ]);
  const { effort, contextTokens } = making.config;
  return createOpenAiModel({
    ...{ model: name, effort, contextTokens, prices, gate: making.gate },
    ...(await recording('openai', { model: name, effort, contextTokens }, making)),
    apiKey: env.OPENAI_API_KEY,
    baseURL: env.OPENAI_BASE_URL,
  });
}

async function loadPriceTable(config: Config) {
  return (await import('../model/pricing.ts')).loadPrices(config.prices);
}

/** What `--record` adds to a provider's options; the recorded conversation must be the same each time. */
async function recording(
  provider: 'anthropic' | 'openai',
  options: { readonly model: string } & Record<string, unknown>,
  { record, host }: Making,
): Promise<{ fetch: typeof fetch; settled: true } | Record<string, never>> {
  if (record === undefined) return {};
  const { recordingFetch } = await import('../model/recording.ts');
  const { ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, OPENAI_API_KEY } = host.env;
  const secrets = [ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, OPENAI_API_KEY];
  return { fetch: recordingFetch({ file: record, provider, options, secrets }), settled: true };
}
