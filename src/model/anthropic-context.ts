import type { BetaContextManagementConfig } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { ModelFacts } from './catalogue.ts';
import type { Message } from './model.ts';

/** Header that makes `context_management` known to the service. */
export const CONTEXT_BETA = 'context-management-2025-06-27';

const EDIT = 'clear_tool_uses_20250919';

/** Tool results that always stay. */
const KEEP = 8;
/** Tokens of a prompt above which old results are left out, whatever the model could still read. */
const LONG_PROMPT = 300_000;
/** The same as a share of the model's window. */
const LONG_SHARE = 0.7;

export function canClear(facts: ModelFacts | undefined): boolean {
  return facts?.contextEdits.includes(EDIT) ?? false;
}

/**
 * How many of the oldest tool results the service shall leave out. It follows from the conversation alone, so a
 * resumed run clears the same; and it moves in steps, because each move makes the service read the rest anew.
 */
export function clearedUses(messages: readonly Message[], facts: ModelFacts | undefined): number {
  if (!canClear(facts)) return 0;
  const long = Math.min(
    LONG_PROMPT,
    (facts?.contextTokens ?? Number.POSITIVE_INFINITY) * LONG_SHARE,
  );
  let uses = 0;
  let cleared = 0;
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    const { actions, usage } = message.turn;
    uses += actions.length;
    const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    if (prompt > long && uses - cleared >= 2 * KEEP) cleared = uses - KEEP;
  }
  return cleared;
}

/** @returns the edit that leaves out exactly the `cleared` oldest tool results; undefined for none */
export function contextEdits(
  messages: readonly Message[],
  cleared: number,
): BetaContextManagementConfig | undefined {
  if (cleared === 0) return undefined;
  const uses = messages.reduce(
    (sum, message) => sum + (message.role === 'assistant' ? message.turn.actions.length : 0),
    0,
  );
  return {
    edits: [
      {
        type: EDIT,
        trigger: { type: 'tool_uses', value: 1 },
        keep: { type: 'tool_uses', value: uses - cleared },
      },
    ],
  };
}
