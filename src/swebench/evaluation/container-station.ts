import { ToolError } from '../../errors.ts';
import { runProcess } from '../../workspace/process.ts';
import type { ExecResult } from '../../workspace/workspace.ts';
import type { Instance } from '../instance.ts';
import type { OpenStation, Station, StationExec } from './station.ts';

export type ContainerEngine = 'docker' | 'podman';

export interface ContainerPlace {
  readonly engine: ContainerEngine;
  readonly run: string;
  /** Of the engine's own client. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const WORKDIR = '/testbed';
const START_TIMEOUT_MS = 120_000;
const PULL_TIMEOUT_MS = 3_600_000;
/** What an engine's client needs of its caller's environment. */
const PASSED = /^(PATH|HOME|USER|XDG_\w+|DOCKER_\w+|CONTAINERS?_\w+|(https?|no)_proxy)$/i;

function clientEnvironment(host: ContainerPlace['env']): Record<string, string> {
  const passed = Object.entries(host).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && PASSED.test(entry[0]),
  );
  return Object.fromEntries(passed);
}

/**
 * A station in a container of the instance's image, as the official harness makes it: root, `/testbed`, waiting. One
 * of the same name, left over by a killed run, is removed first.
 *
 * @throws {Error} when the image cannot be had or the container does not start
 */
export async function openContainerStation(
  instance: Instance,
  { engine, run, env: host }: ContainerPlace,
  { signal, log }: OpenStation,
): Promise<Station> {
  const env = clientEnvironment(host);
  const call = (
    args: readonly string[],
    options: Partial<StationExec> & { readonly signal?: AbortSignal } = {},
  ) =>
    runProcess([engine, ...args], {
      timeoutMs: START_TIMEOUT_MS,
      ...options,
      cwd: '/',
      env,
    });
  const must = async (args: readonly string[], options: Partial<StationExec> = {}) => {
    const result = await call(args, { ...options, signal });
    signal.throwIfAborted();
    if (result.exitCode === 0) return;
    throw new Error(`${engine} ${args[0]} failed: ${result.output.trim()}`);
  };
  if (instance.image === '') throw new Error(`the row of ${instance.id} names no image`);
  const known = await call(['image', 'inspect', instance.image]);
  if (known.exitCode !== 0) {
    log(`pulling ${instance.image}`);
    await must(['pull', '--quiet', instance.image], { timeoutMs: PULL_TIMEOUT_MS });
  }
  const name = containerName(instance.id, run);
  const remove = () => call(['rm', '--force', '--volumes', name]);
  await remove();
  try {
    await must([
      ...['create', '--name', name, '--user', 'root', '--cap-add', 'SYS_ADMIN'],
      ...['--label', `patchwright.run=${run}`, '--workdir', WORKDIR],
      ...[instance.image, 'tail', '-f', '/dev/null'],
    ]);
    await must(['start', name]);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    workdir: WORKDIR,
    patchFile: '/tmp/patch.diff',
    scriptFile: '/eval.sh',
    assetsFolder: '/image_assets',
    async exec(argv, options): Promise<ExecResult> {
      signal.throwIfAborted();
      const input = options.stdin === undefined ? [] : ['--interactive'];
      const args = ['exec', ...input, '--user', 'root', '--workdir', WORKDIR, name, ...argv];
      const result = await call(args, { ...options, signal });
      // The client is gone, the command in the container is not.
      if (result.timedOut) await call(['kill', name]);
      if (result.exitCode === 125) throw new ToolError(`${engine} exec failed: ${result.output}`);
      return result;
    },
    adapt: (script) => script,
    async close() {
      await remove();
    },
  };
}

/** As the official harness names it, with what an engine does not take in a name replaced. */
export function containerName(instanceId: string, run: string): string {
  return `sweb.eval.${instanceId.toLowerCase()}.${run}`.replace(/[^a-zA-Z0-9_.-]/g, '-');
}

/** Whether an engine's client is there and reaches its engine. */
export async function engineWorks(
  engine: ContainerEngine,
  env: ContainerPlace['env'],
): Promise<boolean> {
  const asked = await runProcess([engine, 'info'], {
    cwd: '/',
    env: clientEnvironment(env),
    timeoutMs: 15_000,
  }).catch(() => undefined);
  return asked?.exitCode === 0;
}
