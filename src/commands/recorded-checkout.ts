import { UsageError } from '../errors.ts';
import type { HeaderEvent } from '../trajectory/event.ts';
import type { Checkout } from '../workspace/checkout.ts';
import type { OpenPlace, SandboxKind } from '../workspace/open.ts';
import { openCheckout } from '../workspace/open-checkout.ts';
import type { Host } from './host.ts';

export interface RecordedCheckoutOptions {
  /** Stands for the recorded repository. */
  readonly repo?: string | undefined;
  readonly sandbox: SandboxKind | OpenPlace;
  readonly host: Host;
  readonly onNote: (text: string) => void;
}

/**
 * Opens a checkout with the starting tree of a recorded run: the repository as it is when that is the same tree, else
 * its recorded base commit.
 *
 * @throws {UsageError} when the recording names no repository, or it has neither tree nor commit
 */
export async function openRecordedCheckout(
  { task }: HeaderEvent,
  options: RecordedCheckoutOptions,
): Promise<Checkout> {
  const { repo, sandbox, host, onNote } = options;
  const source = repo ?? task.repository;
  if (source === '') {
    throw new UsageError(
      '--repo: the recording names no repository; give the folder or address of one',
    );
  }
  const open = (base?: string) =>
    openCheckout({ source, cwd: host.cwd, base, sandbox, signal: host.signal, onNote });
  const isRecordedTree = (checkout: Checkout) =>
    task.baseTree === '' || checkout.baseTree === task.baseTree;

  const asItIs = task.baseTree === '' && task.baseCommit !== '' ? null : await open();
  if (asItIs && isRecordedTree(asItIs)) return asItIs;
  await asItIs?.close();
  if (task.baseCommit === '') throw notTheTree(source, task.baseTree);
  const atBase = await open(task.baseCommit).catch((error: unknown) => {
    if (repo === undefined || !(error instanceof UsageError)) throw error;
    return null;
  });
  if (atBase && isRecordedTree(atBase)) return atBase;
  await atBase?.close();
  if (repo === undefined) throw notTheTree(source, task.baseTree);
  onNote(
    atBase
      ? 'the repository does not have the recorded starting tree; it is taken as it is'
      : `the repository does not have the recorded base commit ${task.baseCommit.slice(0, 12)}; it is taken as it is`,
  );
  return open();
}

function notTheTree(source: string, tree: string): UsageError {
  return new UsageError(
    `${source}: its files are not those the run began with (tree ${tree.slice(0, 12)}); bring them back, or name another copy with --repo`,
  );
}
