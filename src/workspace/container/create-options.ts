import { totalmem } from 'node:os';
import { QUIET } from '../environment.ts';
import { SANDBOX_SCRATCH } from '../mounts.ts';
import type { ResourceLimits } from '../resource-limits.ts';
import type { EngineName, Image } from './engine.ts';
import { CONTROL } from './scripts.ts';

export interface ContainerLimits extends ResourceLimits {
  /** Processors, for instance 1.5; default all. */
  readonly cpus?: number | undefined;
}

/** Folders of the host that a container has mounted. */
export interface Folders {
  readonly hostRoot: string;
  readonly hostScratch: string;
  readonly hostTemporary: string;
  /** Scripts, which commands can read only. */
  readonly hostControl: string;
}

const GIB = 2 ** 30;

export interface CreateChoice {
  readonly engine: EngineName;
  readonly image: Image;
  readonly limits: ContainerLimits;
  readonly network: boolean;
  /** Where commands see the repository. */
  readonly root: string;
}

/** Options of the engine's `create`: whose commands run, what they may use, and which folders they see. */
export function createOptions(choice: CreateChoice, folders: Folders): string[] {
  const { engine, image, limits, network, root } = choice;
  const memory = limits.memoryBytes ?? Math.min(8 * GIB, Math.floor(totalmem() * 0.8));
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const env = {
    ...QUIET,
    ...(image.env.some((line) => line.startsWith('LANG=')) ? {} : { LANG: 'C.UTF-8' }),
    ...(uid === 0 ? {} : { HOME: '/tmp' }),
    ...{ TMPDIR: '/tmp', TMP: '/tmp', TEMP: '/tmp' },
  };
  return [
    ...['--entrypoint', '/bin/sh', '--workdir', root, '--user', `${uid}:${gid}`],
    // Without it, root of a rootless engine's container is not the caller's own user.
    ...(engine === 'podman' && uid !== 0 ? ['--userns', 'keep-id'] : []),
    // The same in every container: what a command prints of it is compared when a run is replayed.
    ...['--hostname', 'container', '--no-healthcheck', '--log-driver', 'none'],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--security-opt', 'label=disable'],
    ...(network ? [] : ['--network', 'none']),
    ...['--memory', `${memory}b`, '--memory-swap', `${memory}b`],
    ...['--pids-limit', String(limits.processes ?? 2048)],
    ...(limits.cpus === undefined ? [] : ['--cpus', String(limits.cpus)]),
    ...mount(folders.hostRoot, root),
    ...mount(folders.hostScratch, SANDBOX_SCRATCH),
    ...mount(folders.hostTemporary, '/tmp'),
    ...mount(folders.hostControl, CONTROL, 'readonly'),
    ...variables(env),
  ];
}

/** The option is a line of comma-separated values, with quotes as such a line has them. */
function mount(source: string, target: string, ...flags: readonly string[]): string[] {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, ...flags];
  const quoted = fields.map((field) =>
    /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  );
  return ['--mount', quoted.join(',')];
}

/** Options that set variables, of `create` and of `exec`. */
export function variables(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
}
