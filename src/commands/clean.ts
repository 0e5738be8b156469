import { ExitCode, messageOf } from '../errors.ts';
import { plain } from '../report/plain.ts';
import { type Engine, engineNamed, engineWorks } from '../workspace/container/engine.ts';
import { findContainers } from '../workspace/container/find.ts';
import { removeContainer } from '../workspace/container/lifecycle.ts';
import type { OwnerState } from '../workspace/owner.ts';
import { findScratch, removeScratch } from '../workspace/scratch.ts';
import type { Host } from './host.ts';

export interface CleanOptions {
  readonly engine?: 'auto' | 'docker' | 'podman' | 'none';
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Something a run left on this machine, or still uses. */
interface Found {
  readonly kind: 'container' | 'folder';
  readonly name: string;
  /** Who made it, for a person. */
  readonly owner: string;
  readonly state: OwnerState;
  readonly remove: () => Promise<boolean>;
}

type Fate = 'removed' | 'would be removed' | 'in use' | 'left' | 'failed';

/**
 * `patchwright clean`: removes the containers and temporary folders of runs that are gone. What a living run uses, and
 * what cannot be judged from here (another user, another machine), stays.
 *
 * @returns 1 when something could not be removed
 */
export async function clean(options: CleanOptions, host: Host): Promise<number> {
  const found = [...(await containers(options, host)), ...(await folders())];
  const done: { readonly found: Found; readonly fate: Fate; readonly reason?: string }[] = [];
  for (const each of found) {
    if (each.state !== 'gone') {
      done.push({ found: each, fate: each.state === 'lives' ? 'in use' : 'left' });
    } else if (options.dryRun) {
      done.push({ found: each, fate: 'would be removed' });
    } else {
      const failure = await each.remove().then(
        (gone) => (gone ? undefined : 'the engine did not remove it'),
        (error: unknown) => messageOf(error),
      );
      done.push(
        failure === undefined
          ? { found: each, fate: 'removed' }
          : { found: each, fate: 'failed', reason: failure },
      );
    }
  }
  const failed = done.some(({ fate }) => fate === 'failed');
  if (options.json) {
    const items = done.map(({ found: { kind, name, owner }, fate, reason }) => ({
      ...{ kind, name, owner, fate },
      ...(reason === undefined ? {} : { reason }),
    }));
    host.stdout.write(`${JSON.stringify({ type: 'clean', items })}\n`);
  } else {
    for (const { found: each, fate, reason } of done) {
      const line = `${fate.padEnd(17)}${each.kind.padEnd(10)} ${each.name} (${each.owner})`;
      host.stdout.write(`${plain(reason === undefined ? line : `${line}: ${reason}`)}\n`);
    }
    if (!done.some(({ found: { state } }) => state === 'gone')) {
      host.stdout.write('Nothing to clean: no run that is gone left anything.\n');
    }
  }
  return failed ? ExitCode.noPatch : ExitCode.submitted;
}

async function containers({ engine = 'auto' }: CleanOptions, host: Host): Promise<Found[]> {
  const found = await Promise.all(
    (['docker', 'podman'] as const)
      .filter((name) => engine === 'auto' || engine === name)
      .map(async (name) => {
        const client = engineNamed(name, host.env);
        if (await engineWorks(client)) return ofEngine(client);
        if (engine === name)
          host.stderr.write(`${name} does not answer: no container was looked at\n`);
        return [];
      }),
  );
  return found.flat();
}

async function ofEngine(engine: Engine): Promise<Found[]> {
  const found = await findContainers(engine);
  return found.map(({ id, name, run, pid, state }) => ({
    kind: 'container',
    name,
    owner: `run ${run}, ${ownerText(pid, state)}`,
    state,
    remove: () => removeContainer(engine, id),
  }));
}

async function folders(): Promise<Found[]> {
  const found = await findScratch();
  return found.map((folder) => ({
    kind: 'folder',
    name: folder.dir,
    owner: ownerText(folder.pid, folder.state),
    state: folder.state,
    remove: async () => {
      await removeScratch(folder);
      return true;
    },
  }));
}

function ownerText(pid: number | null, state: OwnerState): string {
  if (state === 'lives') return `process ${pid} runs`;
  if (state === 'gone') return `process ${pid} is gone`;
  return 'of another user or machine, or kept for a person to look into';
}
