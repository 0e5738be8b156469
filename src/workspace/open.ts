import { UsageError } from '../errors.ts';
import { openLocal } from './local.ts';
import type { ResourceLimits } from './resource-limits.ts';
import { openSandbox } from './sandbox.ts';
import { probeSandbox } from './sandbox-probe.ts';
import type { Workspace } from './workspace.ts';

export type SandboxKind = 'bubblewrap' | 'local';

export interface SandboxChoice {
  readonly kind: SandboxKind;
  /** To be shown loudly: commands will run without isolation although nobody asked for that. */
  readonly warning?: string;
}

/**
 * Chooses where commands run.
 *
 * @throws {UsageError} when bubblewrap is demanded and does not work here
 */
export async function chooseSandbox(want: 'auto' | 'bubblewrap' | 'none'): Promise<SandboxChoice> {
  if (want === 'none') return { kind: 'local' };
  const probe = await probeSandbox();
  if (probe.works) return { kind: 'bubblewrap' };
  const why = `${probe.reason ?? 'bubblewrap does not work here'}; to mend it, ${probe.mend ?? 'see patchwright doctor'}`;
  if (want === 'bubblewrap') {
    throw new UsageError(`--sandbox bubblewrap: ${why}, or use --sandbox none.`);
  }
  return {
    kind: 'local',
    warning: `WITHOUT A SANDBOX: commands of the agent can read and change everything you can, and use the network, because ${why}.`,
  };
}

export interface OpenOptions {
  readonly kind: SandboxKind;
  /** The copy of the repository. */
  readonly hostRoot: string;
  /** Where sandboxed commands see it; without a sandbox they see it at `hostRoot`. */
  readonly root: string;
  readonly hostScratch: string;
  readonly limits?: ResourceLimits;
  /** Sandboxed commands reach the network; default no. Without a sandbox they always do. */
  readonly network?: boolean;
  /** Host folders that sandboxed commands see at their own paths, read-only: links in the repository lead there. */
  readonly readOnly?: readonly string[];
}

/** Opens a workspace on a copy of the repository; for places that take more than a kind to describe. */
export type OpenPlace = (
  options: Pick<OpenOptions, 'hostRoot' | 'root' | 'hostScratch'>,
) => Promise<Workspace>;

export function openWorkspace(options: OpenOptions): Workspace {
  return options.kind === 'local' ? openLocal(options) : openSandbox(options);
}
