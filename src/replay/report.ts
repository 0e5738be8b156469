import { createPatch } from 'diff';
import { firstLine, plain } from '../report/plain.ts';
import { describeAction } from '../report/summary.ts';
import type { Difference } from './pair.ts';
import type { BlobComparison } from './patch-blobs.ts';
import type { ReplayEnd, ReplayedStep } from './replay.ts';

const MAX_DIFF_LINES = 60;

/** One line a step: number, tools and targets, whether each answer agrees. */
export function stepLine(step: ReplayedStep, width: number): string {
  const number = String(step.step).padStart(4);
  if (step.actions.length === 0) return `${number}  -      no call`;
  const differs = step.actions.find(({ difference }) => difference);
  const verdict = !step.compared ? 'run ' : differs ? 'DIFF' : 'ok  ';
  const calls = step.actions
    .map(({ action }) => `${action.tool} ${describeAction(action)}`.trim())
    .join('; ');
  const why = differs?.difference ? `  (${differs.difference.what})` : '';
  return `${number}  ${verdict}  ${plain(firstLine(calls), Math.max(20, width - 14 - why.length))}${why}`;
}

/** The first difference of a replay as a unified diff, recorded against replayed. */
export function differenceText(difference: Difference): string {
  const { recorded, replayed, what } = difference;
  const patch = createPatch('answer', `${recorded}\n`, `${replayed}\n`, 'recorded', 'replayed');
  const lines = patch.split('\n').slice(2);
  const cut =
    lines.length > MAX_DIFF_LINES ? [`[${lines.length - MAX_DIFF_LINES} more lines]`] : [];
  const shown = [...lines.slice(0, MAX_DIFF_LINES), ...cut].map((line) => plain(line));
  return recorded === replayed ? what : shown.join('\n').trimEnd();
}

export interface ReplaySummary {
  /** True when every compared answer and every file of the final patch agrees. */
  readonly agrees: boolean;
  readonly steps: number;
  readonly compared: number;
  /** First step that differs; null when none does. */
  readonly firstDifference: number | null;
  readonly differences: number;
  readonly patch: readonly BlobComparison[];
  readonly toolMs: number;
  readonly totalMs: number;
  /** Milliseconds a step apart from the tools' own time. */
  readonly overheadMsPerStep: number;
}

/** @param patch null when the final patch was not compared, because the replay stopped before the end */
export function summarise(end: ReplayEnd, patch: readonly BlobComparison[] | null): ReplaySummary {
  const differing = end.steps.filter(({ actions }) => actions.some((action) => action.difference));
  const compared = end.steps.filter((step) => step.compared && step.actions.length > 0);
  const agrees = differing.length === 0 && (patch ?? []).every((file) => file.agrees);
  const overhead = (end.totalMs - end.toolMs) / Math.max(1, end.steps.length);
  return {
    agrees,
    steps: end.steps.length,
    compared: compared.length,
    firstDifference: differing[0]?.step ?? null,
    differences: differing.length,
    patch: patch ?? [],
    toolMs: Math.round(end.toolMs),
    totalMs: Math.round(end.totalMs),
    overheadMsPerStep: Math.round(overhead * 1000) / 1000,
  };
}
