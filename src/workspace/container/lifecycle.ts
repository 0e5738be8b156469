import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describeOwner } from '../owner.ts';
import { startDetached } from '../process.ts';
import type { Engine } from './engine.ts';

/** Labels of every container of ours: the run it serves, and the process that answers for it. */
export const LABELS = {
  run: 'patchwright.run',
  owner: 'patchwright.owner',
  user: 'patchwright.user',
  machine: 'patchwright.machine',
} as const;

/** A container that is ours to remove. */
export interface Container {
  readonly name: string;
  /** Removes it with all that runs in it. */
  remove(): Promise<void>;
}

export interface CreateOptions {
  /** Name or number of the run, for people. */
  readonly run: string;
  readonly image: string;
  /** Default: one that nobody else has. */
  readonly name?: string;
  /** Options of `create`, without name and labels. */
  readonly options: readonly string[];
  readonly command: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

const living = new Map<string, Engine>();
let exitHandlerInstalled = false;

/**
 * Makes a container, not yet started, that is labelled by run and owner. It goes when `remove` is called and when this
 * process exits; after a `kill -9`, `patchwright clean` finds it by its labels.
 *
 * @throws {Error} with the engine's own words
 */
export async function createContainer(engine: Engine, options: CreateOptions): Promise<Container> {
  const name = options.name ?? `patchwright-${process.pid}-${randomBytes(6).toString('hex')}`;
  const remove = async () => {
    await removeContainer(engine, name);
    living.delete(name);
  };
  installExitHandler();
  living.set(name, engine);
  try {
    await engine.must(
      [
        ...['create', '--name', name, ...(await labelOptions(options.run))],
        ...[...options.options, options.image, ...options.command],
      ],
      { signal: options.signal },
    );
    return { name, remove };
  } catch (error) {
    // The engine may make it although its client has gone.
    await remove();
    throw error;
  }
}

async function labelOptions(run: string): Promise<string[]> {
  const labels = {
    [LABELS.run]: run,
    [LABELS.owner]: JSON.stringify(await describeOwner(process.pid)),
    [LABELS.user]: String(process.getuid?.() ?? ''),
    [LABELS.machine]: machineId(),
  };
  return Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
}

/** Removes a container with all that runs in it; one that is not there is no error. @returns whether it is gone */
export async function removeContainer(engine: Engine, name: string): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { exitCode, stderr } = await engine.call(['rm', '--force', '--volumes', name]);
    if (exitCode === 0 || /no such container/i.test(stderr)) return true;
  }
  return false;
}

/** Tells machines apart that share one engine. */
export function machineId(): string {
  let id = '';
  try {
    id = readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    // The name of the host has to do.
  }
  return `${hostname()} ${id}`.trim();
}

function installExitHandler(): void {
  if (exitHandlerInstalled) return;
  exitHandlerInstalled = true;
  process.once('exit', () => {
    for (const [name, { name: client, env }] of living) {
      startDetached([client, 'rm', '--force', '--volumes', name], { cwd: '/', env });
    }
  });
}
