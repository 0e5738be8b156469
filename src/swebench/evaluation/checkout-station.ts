import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openWorkspace, type SandboxKind } from '../../workspace/open.ts';
import { copyRepository } from '../../workspace/repository.ts';
import { openScratch } from '../../workspace/scratch.ts';
import type { Instance } from '../instance.ts';
import { prepareEnvironment, type SetupPlace } from '../setup/prepare.ts';
import { adaptScript } from './eval-script.ts';
import { openSource, type SourcePlace } from './sources.ts';
import type { OpenStation, Station } from './station.ts';

export interface CheckoutPlace extends SetupPlace, SourcePlace {
  readonly sandbox: SandboxKind;
}

/**
 * A station without a container engine: a copy of the repository whose history ends at the base commit, an environment
 * found from its own files or given, and bubblewrap, with network only while that is installed.
 *
 * @throws {UsageError} when the repository or the base commit cannot be had
 * @throws {Error} when the set-up fails
 */
export async function openCheckoutStation(
  instance: Instance,
  place: CheckoutPlace,
  { signal, log }: OpenStation,
): Promise<Station> {
  const scratch = await openScratch();
  try {
    const copy = await copyRepository({
      source: await openSource(instance, place, { signal, log }),
      base: instance.baseCommit === '' ? undefined : instance.baseCommit,
      allowPlainFolder: true,
      dir: join(scratch.dir, 'repository'),
      signal,
      onNote: log,
    });
    const hostScratch = join(scratch.dir, 'scratch');
    await mkdir(join(hostScratch, 'home'), { recursive: true });
    const { hostRoot } = copy;
    const where = { kind: place.sandbox, hostRoot, root: '/testbed', hostScratch };
    const { env, replacements } = await prepareEnvironment(instance, place, {
      ...where,
      signal,
      log,
    });
    const workspace = openWorkspace(where);
    return {
      workdir: workspace.root,
      patchFile: `${workspace.scratchRoot}/patch.diff`,
      scriptFile: `${workspace.scratchRoot}/eval.sh`,
      assetsFolder: `${workspace.scratchRoot}/image_assets`,
      exec: (argv, options) => workspace.exec(argv, { ...options, env, signal }),
      adapt: (script) => adaptScript(script, workspace.root, replacements),
      async close() {
        await workspace.close();
        await scratch.close();
      },
    };
  } catch (error) {
    await scratch.close();
    throw error;
  }
}
