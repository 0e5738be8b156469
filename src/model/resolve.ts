import { UsageError } from '../errors.ts';

export type ModelProvider =
  | 'anthropic'
  | 'openai'
  | 'gguf'
  | 'scripted'
  | 'repair'
  | 'human'
  | 'recorded';

export interface ModelChoice {
  readonly provider: ModelProvider;
  /** What the provider needs to know: a model id, a file, `USER/REPO:QUANT`; the provider's name where there is no choice. */
  readonly name: string;
  readonly source: 'flag' | 'environment' | 'file' | 'auto';
  /** One line for a person: what is used and why. */
  readonly why: string;
}

export interface ModelNames {
  /** `--model` */
  readonly flag?: string | undefined;
  /** `PATCHWRIGHT_MODEL` */
  readonly environment?: string | undefined;
  /** `model` in the configuration file. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export const DEFAULT_ANTHROPIC_MODEL = 'claude-sonnet-5-5';

/** The forms of a model name, for help texts and errors. */
export const MODEL_FORMS = [
  'auto',
  'repair',
  'human',
  'anthropic',
  'anthropic:NAME',
  'claude-NAME',
  'openai:NAME',
  'gguf:PATH',
  'gguf:hf:USER/REPO:QUANT',
  'scripted:FILE',
  'recorded:FILE',
] as const;

const ORIGIN = {
  flag: '--model',
  environment: 'PATCHWRIGHT_MODEL',
  file: '"model" in the configuration file',
} as const;

/**
 * Decides which model a run uses: flag > environment > file > auto. Empty names count as not given.
 *
 * @throws {UsageError} for an unknown form, and for a provider whose key or address is missing
 */
export function resolveModelName(names: ModelNames): ModelChoice {
  for (const source of ['flag', 'environment', 'file'] as const) {
    const name = names[source]?.trim();
    if (name) return name === 'auto' ? automatic(names.env) : named(name, source, names.env);
  }
  return automatic(names.env);
}

function automatic(env: ModelNames['env']): ModelChoice {
  const key = anthropicKey(env);
  if (key === null) {
    return {
      provider: 'repair',
      name: 'repair',
      source: 'auto',
      why: 'repair, the built-in policy: no ANTHROPIC_API_KEY in the environment',
    };
  }
  return {
    provider: 'anthropic',
    name: DEFAULT_ANTHROPIC_MODEL,
    source: 'auto',
    why: `${DEFAULT_ANTHROPIC_MODEL}: ${key} is in the environment`,
  };
}

function named(
  text: string,
  source: 'flag' | 'environment' | 'file',
  env: ModelNames['env'],
): ModelChoice {
  const colon = text.indexOf(':');
  const [head, rest] =
    colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1).trim()];
  const choice = (provider: ModelProvider, name: string): ModelChoice => {
    if (name === '') throw unknown(text, source);
    return { provider, name, source, why: `${text}: from ${ORIGIN[source]}` };
  };
  if (text.startsWith('claude-')) return requireKey(choice('anthropic', text), env);
  switch (head) {
    case 'anthropic':
      return requireKey(choice('anthropic', colon === -1 ? DEFAULT_ANTHROPIC_MODEL : rest), env);
    case 'openai':
      return requireAddress(choice('openai', rest), env);
    case 'gguf':
    case 'scripted':
    case 'recorded':
      return choice(head, rest);
    case 'repair':
    case 'human':
      if (colon === -1) return choice(head, head);
      break;
  }
  throw unknown(text, source);
}

function anthropicKey(env: ModelNames['env']): string | null {
  return ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'].find((name) => env[name]?.trim()) ?? null;
}

function requireKey(choice: ModelChoice, env: ModelNames['env']): ModelChoice {
  if (anthropicKey(env) !== null) return choice;
  throw new UsageError(
    `model ${choice.name} needs ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN) in the environment; set it, or use --model repair`,
  );
}

function requireAddress(choice: ModelChoice, env: ModelNames['env']): ModelChoice {
  if (env.OPENAI_BASE_URL?.trim() || env.OPENAI_API_KEY?.trim()) return choice;
  throw new UsageError(
    `model openai:${choice.name} needs OPENAI_BASE_URL (a local server) or OPENAI_API_KEY in the environment; set one of them`,
  );
}

function unknown(text: string, source: keyof typeof ORIGIN): UsageError {
  return new UsageError(
    `${ORIGIN[source]}: ${JSON.stringify(text)} is no model name; use one of ${MODEL_FORMS.join(', ')}`,
  );
}
