import { addUsage, NO_USAGE } from '../agent/limits.ts';
import { renderPrompt } from '../agent/prompt.ts';
import type { Model } from '../model/model.ts';
import type { Usage } from '../trajectory/event.ts';
import type { Candidate, Verdict } from './candidate.ts';
import { chooseByVote } from './choose-by-vote.ts';

/** Characters of each patch that the reviewer reads. */
const SHOWN = 60_000;

export interface Review {
  readonly statement: string;
  readonly model: Model;
  readonly signal: AbortSignal;
  /** Told what the review used. */
  readonly onUsage: (usage: Usage) => void;
}

/**
 * Lets a model choose. When its answer names no candidate, the vote decides.
 *
 * @throws {ModelError} when the provider failed for good
 */
export async function chooseByReview(
  candidates: readonly Candidate[],
  { statement, model, signal, onUsage }: Review,
): Promise<Verdict> {
  const text = renderPrompt('batch/review', {
    statement,
    candidates: candidates.map(described).join('\n\n'),
    example: String(candidates[0]?.attempt ?? 1),
  });
  const turn = await model.complete(
    { system: renderPrompt('batch/reviewer'), tools: [], messages: [{ role: 'user', text }] },
    { signal },
  );
  onUsage(addUsage(NO_USAGE, turn.usage));
  const chosen = choiceIn(turn.text, candidates);
  if (chosen === null) {
    const vote = chooseByVote(candidates);
    return { ...vote, reason: `the reviewer named no patch; ${vote.reason}` };
  }
  return {
    chosen,
    reason: `the reviewer: ${turn.text.replace(/\s+/g, ' ').trim().slice(0, 2_000)}`,
    scores: new Map(
      candidates.map(({ attempt }) => [attempt, attempt === chosen ? 'chosen' : 'not chosen']),
    ),
  };
}

/** @returns the last attempt that a line `CHOICE: n` names, null when none does */
export function choiceIn(text: string, candidates: readonly Candidate[]): number | null {
  const named = [...text.matchAll(/^\W*CHOICE:\W*(\d+)/gim)].at(-1)?.[1];
  const found = candidates.find(({ attempt }) => attempt === Number(named));
  return found?.attempt ?? null;
}

function described({ attempt, patch }: Candidate): string {
  const left = patch.length - SHOWN;
  const rest = left > 0 ? `\n[${left} characters left out]` : '';
  return `## Patch ${attempt}\n\n${patch.slice(0, SHOWN)}${rest}`;
}
