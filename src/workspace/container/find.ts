import { describeOwner, type OwnerState, parseOwner, stateOfOwner } from '../owner.ts';
import type { Engine } from './engine.ts';
import { LABELS, machineId } from './lifecycle.ts';

/** A container that some run of ours made, and whether that run still needs it. */
export interface FoundContainer {
  readonly id: string;
  readonly name: string;
  readonly run: string;
  /** Process that made it; null when its label cannot be read. */
  readonly pid: number | null;
  /** `unknown`: made by another user, on another machine, or behind another table of processes. */
  readonly state: OwnerState;
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null };
}

/**
 * Finds the containers of our runs by their labels; others are not looked at.
 *
 * @throws {Error} when the engine does not answer
 */
export async function findContainers(engine: Engine): Promise<FoundContainer[]> {
  const listed = await engine.must([
    ...['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${LABELS.owner}`],
  ]);
  const ids = listed.split('\n').filter(Boolean);
  const found = await Promise.all(ids.map((id) => inspect(engine, id)));
  return found.filter((container) => container !== null);
}

/** @returns null when it has gone meanwhile */
async function inspect(engine: Engine, id: string): Promise<FoundContainer | null> {
  const asked = await engine.call(['container', 'inspect', id]);
  if (asked.exitCode !== 0) return null;
  const [container] = JSON.parse(asked.stdout) as Inspected[];
  if (!container) return null;
  const labels = container.Config.Labels ?? {};
  const owner = parseOwner(labels[LABELS.owner] ?? '');
  return {
    id,
    name: container.Name.replace(/^\//, ''),
    run: labels[LABELS.run] ?? '',
    pid: owner?.pid ?? null,
    state: await stateOf(labels),
  };
}

async function stateOf(labels: Readonly<Record<string, string>>): Promise<OwnerState> {
  const owner = parseOwner(labels[LABELS.owner] ?? '');
  const isOurs =
    labels[LABELS.user] === String(process.getuid?.() ?? '') &&
    labels[LABELS.machine] === machineId();
  if (owner === null || !isOurs) return 'unknown';
  // Of this machine, before it was started again: nothing of that time runs any more.
  const { boot } = await describeOwner(process.pid);
  return owner.boot === boot ? stateOfOwner(owner) : 'gone';
}
