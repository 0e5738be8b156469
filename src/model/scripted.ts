import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { ModelError, messageOf, UsageError } from '../errors.ts';
import { StopReason, type Turn, Usage } from '../trajectory/event.ts';
import type { Model } from './model.ts';
import { FREE } from './usage.ts';

const ScriptedTurn = z.strictObject({
  text: z.string().optional(),
  thinking: z.string().optional(),
  actions: z.array(z.strictObject({ tool: z.string().min(1), input: z.unknown() })).default([]),
  /** Default: `tool_use` with actions, else `end_turn`. */
  stopReason: StopReason.optional(),
  stopDetail: z.string().optional(),
  /** Fields left out count 0. */
  usage: Usage.partial().optional(),
  /** Wait before the answer, for demonstrations. */
  delayMs: z.number().nonnegative().max(600_000).optional(),
});
type ScriptedTurn = z.infer<typeof ScriptedTurn>;

/**
 * A model that gives the turns of a file in order: for tests, demonstrations and benchmarks. The turn is chosen by
 * the number of turns in the conversation, so a resumed run goes on where it was.
 *
 * @param file JSON array of turns, or JSON Lines with one turn a line
 * @throws {UsageError} naming the file, the turn and the field
 */
export async function createScriptedModel(file: string): Promise<Model> {
  const turns = parseScript(await readScript(file), file);
  return {
    name: `scripted:${file}`,
    hasPrice: true,
    async complete({ messages }, { signal }) {
      signal.throwIfAborted();
      const n = messages.filter(({ role }) => role === 'assistant').length;
      const scripted = turns[n];
      if (scripted === undefined) throw usedUp(file, turns.length);
      if (scripted.delayMs) await wait(scripted.delayMs, signal);
      return turnOf(scripted, n);
    },
  };
}

async function readScript(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the script ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * The pure part of `createScriptedModel`.
 *
 * @throws {UsageError} naming the file, the turn and the field
 */
export function parseScript(content: string, file: string): readonly ScriptedTurn[] {
  const rows = rowsOf(content, file);
  return rows.map(({ value, place }) => {
    const parsed = ScriptedTurn.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.');
    throw new UsageError(
      `the script ${file} is wrong in ${place}${field ? `, field ${field}` : ''}: ${issue?.message}`,
    );
  });
}

function rowsOf(content: string, file: string): { value: unknown; place: string }[] {
  const parse = (text: string, place: string): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new UsageError(`the script ${file} is no JSON in ${place}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };
  if (content.trimStart().startsWith('[')) {
    const values = parse(content, 'its array') as unknown[];
    return values.map((value, i) => ({ value, place: `turn ${i + 1}` }));
  }
  return content.split('\n').flatMap((line, i) => {
    const place = `line ${i + 1}`;
    return line.trim() === '' ? [] : [{ value: parse(line, place), place }];
  });
}

function usedUp(file: string, count: number): ModelError {
  const turns = count === 1 ? '1 turn' : `${count} turns`;
  return new ModelError(
    'invalid_request',
    `the script ${file} is used up after ${turns}; add a turn that calls submit`,
  );
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

function turnOf(scripted: ScriptedTurn, n: number): Turn {
  const actions = scripted.actions.map(({ tool, input }, i) => ({
    id: `scripted_${n + 1}_${i + 1}`,
    tool,
    input: input ?? {},
  }));
  return {
    text: scripted.text ?? '',
    ...(scripted.thinking === undefined ? {} : { thinking: scripted.thinking }),
    actions,
    usage: { ...FREE, ...definedOf(scripted.usage) },
    stopReason: scripted.stopReason ?? (actions.length > 0 ? 'tool_use' : 'end_turn'),
    ...(scripted.stopDetail === undefined ? {} : { stopDetail: scripted.stopDetail }),
    model: 'scripted',
    raw: null,
  };
}

function definedOf(usage: ScriptedTurn['usage']): Partial<Usage> {
  return Object.fromEntries(Object.entries(usage ?? {}).filter(([, value]) => value !== undefined));
}
