import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openWorkspace, type SandboxKind } from '../../workspace/open.ts';
import { runProcess } from '../../workspace/process.ts';
import { copyRepository } from '../../workspace/repository.ts';
import { openScratch } from '../../workspace/scratch.ts';
import type { Instance } from '../instance.ts';
import { environmentVariables, installEnvironment } from '../setup/install.ts';
import { planSetup } from '../setup/plan.ts';
import type { Python } from '../setup/pythons.ts';
import type { SetupEntry } from '../setup/setup-file.ts';
import { adaptScript } from './eval-script.ts';
import { sourceOf } from './sources.ts';
import type { OpenStation, Station } from './station.ts';

export interface CheckoutPlace {
  readonly sandbox: SandboxKind;
  /** Folder of mirrors. */
  readonly repos?: string | undefined;
  readonly setups: readonly SetupEntry[];
  readonly pythons: readonly Python[];
  /** Folder that keeps environments. */
  readonly cache: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const SETUP_TIMEOUT_MS = 1_800_000;

/** Without a network: installing again what is there must not ask for anything. */
const OFFLINE = {
  PIP_NO_INDEX: '1',
  // pip reads the value of this one as the isolation's, so 0 turns it off.
  PIP_NO_BUILD_ISOLATION: '0',
  npm_config_offline: 'true',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
};

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
      source: sourceOf(instance, place.repos),
      base: instance.baseCommit === '' ? undefined : instance.baseCommit,
      dir: join(scratch.dir, 'repository'),
      signal,
      onNote: log,
    });
    const hostScratch = join(scratch.dir, 'scratch');
    await mkdir(join(hostScratch, 'home'), { recursive: true });
    const { hostRoot } = copy;
    const where = { kind: place.sandbox, hostRoot, root: '/testbed', hostScratch };
    const date = await commitDate(hostRoot, signal);
    const plan = planSetup(instance, {
      root: hostRoot,
      date,
      entries: place.setups,
      pythons: place.pythons,
    });
    log(`environment ${plan.identity}, Python ${plan.python?.version ?? 'none'}`);
    await installEnvironment(plan, {
      ...where,
      cache: place.cache,
      env: place.env,
      timeoutMs: SETUP_TIMEOUT_MS,
      signal,
      log,
    });
    const workspace = openWorkspace(where);
    const env = { ...environmentVariables(workspace, place.env.PATH), ...OFFLINE, ...plan.env };
    return {
      workdir: workspace.root,
      patchFile: `${workspace.scratchRoot}/patch.diff`,
      scriptFile: `${workspace.scratchRoot}/eval.sh`,
      assetsFolder: `${workspace.scratchRoot}/image_assets`,
      exec: (argv, options) => workspace.exec(argv, { ...options, env, signal }),
      adapt: (script) => adaptScript(script, workspace.root, plan.replacements),
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

/** When the base commit was made. */
async function commitDate(cwd: string, signal: AbortSignal): Promise<Date> {
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  const argv = ['git', 'log', '-1', '--format=%ct'];
  const { stdout } = await runProcess(argv, { cwd, env, timeoutMs: 30_000, signal });
  return new Date(Number(stdout.trim()) * 1000);
}
