import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { messageOf, UsageError } from '../errors.ts';
import type { Message } from './model.ts';
import builtIn from './prices.json' with { type: 'json' };

const Price = z.number().nonnegative();

const Tier = z.strictObject({
  /** The tier holds for the whole request when its prompt has at most so many tokens; absent: no end. */
  maxPromptTokens: z.int().positive().optional(),
  /** US dollars per million tokens, as all five. */
  input: Price,
  write5m: Price,
  write1h: Price,
  read: Price,
  output: Price,
});

const PriceFile = z.strictObject({
  /** Date of the prices, kept with each run. */
  version: z.string().min(1),
  models: z.array(
    z.strictObject({
      /** Model ids; a date behind an id (`-20251001`) is ignored when looking one up. */
      names: z.array(z.string().min(1)).min(1),
      /** In rising order of `maxPromptTokens`. */
      tiers: z.array(Tier).min(1),
    }),
  ),
});

export type Tier = z.infer<typeof Tier>;

/** Prices by model id. Data: dated, and the user's own file goes before the table that is built in. */
export interface PriceTable {
  /** For instance `2026-11-01`, or `2026-11-01+mine` with a file of the user. */
  readonly version: string;
  readonly tiers: ReadonlyMap<string, readonly Tier[]>;
}

/** The tokens of one request as providers bill them; the five do not overlap. */
export interface BilledTokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Written for five minutes. */
  readonly cacheWrite5m: number;
  /** Written for an hour. */
  readonly cacheWrite1h: number;
}

/**
 * @param userFile JSON in the form of `prices.json`; its models replace those of the same name
 * @throws {UsageError} naming the file and the field
 */
export function loadPrices(userFile?: string): PriceTable {
  const base = PriceFile.parse(builtIn);
  if (userFile === undefined) return tableOf(base);
  const mine = readPriceFile(userFile);
  const merged = tableOf({ version: '', models: [...base.models, ...mine.models] });
  return { ...merged, version: `${base.version}+${mine.version}` };
}

function readPriceFile(file: string): z.infer<typeof PriceFile> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `the price file ${file} cannot be read as JSON (${messageOf(error)}); mend or remove it`,
      { cause: error },
    );
  }
  const parsed = PriceFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(
    `the price file ${file} is wrong at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`,
  );
}

function tableOf(file: z.infer<typeof PriceFile>): PriceTable {
  const entries = file.models.flatMap(({ names, tiers }) =>
    names.map((name) => [name, tiers] as const),
  );
  return { version: file.version, tiers: new Map(entries) };
}

function tiersOf(table: PriceTable, model: string): readonly Tier[] | undefined {
  return table.tiers.get(model) ?? table.tiers.get(model.replace(/[-@]\d{8}$/, ''));
}

export function hasPrice(table: PriceTable, model: string): boolean {
  return tiersOf(table, model) !== undefined;
}

/** @returns US dollars of one request; null when the model's price is unknown */
export function costOf(table: PriceTable, model: string, tokens: BilledTokens): number | null {
  const prompt = tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
  const tier = tiersOf(table, model)?.find(
    ({ maxPromptTokens }) => maxPromptTokens === undefined || prompt <= maxPromptTokens,
  );
  if (tier === undefined) return null;
  const perMillion =
    tokens.input * tier.input +
    tokens.cacheRead * tier.read +
    tokens.cacheWrite5m * tier.write5m +
    tokens.cacheWrite1h * tier.write1h +
    tokens.output * tier.output;
  return perMillion / 1_000_000;
}

/** What the next request of a conversation bills at the very least: all of the last one, read from the cache. */
export function cachedPrompt(messages: readonly Message[]): BilledTokens {
  const last = messages.findLast((message) => message.role === 'assistant');
  const usage = last?.role === 'assistant' ? last.turn.usage : undefined;
  const cacheRead = usage ? usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens : 0;
  return { input: 0, output: 0, cacheRead, cacheWrite5m: 0, cacheWrite1h: 0 };
}
