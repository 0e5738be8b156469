import { ToolError } from '../../errors.ts';
import { type Engine, needImage } from '../../workspace/container/engine.ts';
import { createContainer, removeContainer } from '../../workspace/container/lifecycle.ts';
import type { ExecResult } from '../../workspace/workspace.ts';
import type { Instance } from '../instance.ts';
import type { OpenStation, Station } from './station.ts';

export interface ContainerPlace {
  readonly engine: Engine;
  readonly run: string;
}

const WORKDIR = '/testbed';

/**
 * A station in a container of the instance's image, as the official harness makes it: root, `/testbed`, waiting. One
 * of the same name, left over by a killed run, is removed first.
 *
 * @throws {Error} when the image cannot be had or the container does not start
 */
export async function openContainerStation(
  instance: Instance,
  { engine, run }: ContainerPlace,
  { signal, log }: OpenStation,
): Promise<Station> {
  if (instance.image === '') throw new Error(`the row of ${instance.id} names no image`);
  await needImage(engine, instance.image, { signal, log });
  const name = containerName(instance.id, run);
  await removeContainer(engine, name);
  const container = await createContainer(engine, {
    run,
    name,
    image: instance.image,
    options: ['--user', 'root', '--cap-add', 'SYS_ADMIN', '--workdir', WORKDIR],
    command: ['tail', '-f', '/dev/null'],
    signal,
  });
  try {
    await engine.must(['start', name], { signal });
  } catch (error) {
    await container.remove();
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
      const result = await engine.call(args, { ...options, signal });
      // The client is gone, the command in the container is not.
      if (result.timedOut) await engine.call(['kill', name]);
      if (result.exitCode === 125) {
        throw new ToolError(`${engine.name} exec failed: ${result.output}`);
      }
      return result;
    },
    adapt: (script) => script,
    close: () => container.remove(),
  };
}

/** As the official harness names it, with what an engine does not take in a name replaced. */
export function containerName(instanceId: string, run: string): string {
  return `sweb.eval.${instanceId.toLowerCase()}.${run}`.replace(/[^a-zA-Z0-9_.-]/g, '-');
}
