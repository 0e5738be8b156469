import { readFile } from 'node:fs/promises';
import type Anthropic from '@anthropic-ai/sdk';
import * as z from 'zod';
import { writeWhole } from '../write-whole.ts';

const ModelFacts = z.object({
  /** Tokens of the longest prompt; null: not told. */
  contextTokens: z.int().positive().nullable(),
  maxOutputTokens: z.int().positive().nullable(),
  adaptiveThinking: z.boolean(),
  efforts: z.array(z.string()),
  /** Server-side context edits by their type, for instance `compact_20260112`. */
  contextEdits: z.array(z.string()),
});

/** What the service says a model can do. */
export type ModelFacts = z.infer<typeof ModelFacts>;

const Catalogue = z.object({
  version: z.literal(1),
  /** Whose models these are. */
  baseURL: z.string(),
  /** Milliseconds since the epoch. */
  fetchedAt: z.number(),
  models: z.record(z.string(), ModelFacts),
});
export type Catalogue = z.infer<typeof Catalogue>;

/** After this the list is fetched again, beside the run and not before it. */
const CATALOGUE_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** The list of models of one service, kept in a file between runs and fetched beside the work, never before it. */
export class CatalogueReader {
  readonly #file: string | undefined;
  readonly #baseURL: string;
  readonly #fetch: (signal: AbortSignal) => Promise<Catalogue>;
  #catalogue: Catalogue | null = null;
  #refreshed = false;

  constructor(options: {
    readonly file: string | undefined;
    readonly baseURL: string;
    readonly fetch: (signal: AbortSignal) => Promise<Catalogue>;
  }) {
    this.#file = options.file;
    this.#baseURL = options.baseURL;
    this.#fetch = options.fetch;
  }

  /** Takes what the file says. */
  async load(): Promise<void> {
    if (this.#file !== undefined) this.#catalogue = await readCatalogue(this.#file, this.#baseURL);
  }

  /** @returns undefined as long as nothing is known of the model */
  factsOf(model: string): ModelFacts | undefined {
    return this.#catalogue?.models[model];
  }

  /**
   * Fetches once, when nothing is known of the model or the list is old; a failure leaves what is known. Never rejects,
   * and need not be awaited.
   */
  async refresh(model: string, signal: AbortSignal): Promise<void> {
    const age = Date.now() - (this.#catalogue?.fetchedAt ?? 0);
    if (this.#refreshed || (this.factsOf(model) && age < CATALOGUE_LIFE_MS)) return;
    this.#refreshed = true;
    await this.#fetch(signal)
      .then(async (catalogue) => {
        this.#catalogue = catalogue;
        if (this.#file !== undefined) await writeWhole(this.#file, JSON.stringify(catalogue));
      })
      .catch(() => undefined);
  }
}

/** @returns null when there is no usable file; a cache is never an error */
async function readCatalogue(file: string, baseURL: string): Promise<Catalogue | null> {
  try {
    const catalogue = Catalogue.parse(JSON.parse(await readFile(file, 'utf8')));
    return catalogue.baseURL === baseURL ? catalogue : null;
  } catch {
    return null;
  }
}

/** @returns the facts of every model that the service lists */
export async function fetchCatalogue(
  models: {
    list(
      params: { limit: number },
      options: { signal: AbortSignal },
    ): AsyncIterable<Anthropic.ModelInfo>;
  },
  baseURL: string,
  signal: AbortSignal,
): Promise<Catalogue> {
  const facts: Record<string, ModelFacts> = {};
  for await (const info of models.list({ limit: 1000 }, { signal })) facts[info.id] = factsOf(info);
  return { version: 1, baseURL, fetchedAt: Date.now(), models: facts };
}

function factsOf({ capabilities, max_input_tokens, max_tokens }: Anthropic.ModelInfo): ModelFacts {
  const supported = (capability: object | undefined): string[] =>
    Object.entries(capability ?? {}).flatMap(([name, value]) =>
      (value as Anthropic.CapabilitySupport | null)?.supported === true ? [name] : [],
    );
  return {
    contextTokens: max_input_tokens,
    maxOutputTokens: max_tokens,
    adaptiveThinking: capabilities?.thinking.types.adaptive.supported ?? false,
    efforts: supported(capabilities?.effort),
    contextEdits: supported(capabilities?.context_management),
  };
}
