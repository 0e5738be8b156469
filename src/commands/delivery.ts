import { messageOf } from '../errors.ts';
import { plain } from '../report/plain.ts';
import type { Outcome } from '../trajectory/event.ts';
import { applyPatch, commitPatch } from '../workspace/repository.ts';

export interface DeliveryOptions {
  readonly repository: string;
  readonly base: string;
  readonly apply: boolean;
  readonly branch?: string | undefined;
  /** First line of the issue, for the commit's message. */
  readonly title: string;
}

/** What became of the patch besides its file. */
export interface Delivery {
  readonly kind: 'file' | 'applied' | 'branch';
  /** Why the patch could not be put where it was asked for; it is in its file all the same. */
  readonly problem?: string;
}

/** Puts a submitted patch where the user wants it. A patch that was not submitted stays a file. */
export async function deliver(outcome: Outcome, options: DeliveryOptions): Promise<Delivery> {
  const { repository, base, apply, branch } = options;
  if (outcome.status !== 'submitted' || outcome.patch === '') return { kind: 'file' };
  try {
    if (apply) {
      await applyPatch(repository, outcome.patch);
      return { kind: 'applied' };
    }
    if (branch !== undefined) {
      const message = `Fix: ${plain(options.title, 60)}\n\nPatch made by patchwright.`;
      await commitPatch(repository, { base, branch, patch: outcome.patch, message });
      return { kind: 'branch' };
    }
    return { kind: 'file' };
  } catch (error) {
    return { kind: 'file', problem: messageOf(error) };
  }
}
