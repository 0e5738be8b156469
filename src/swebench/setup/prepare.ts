import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SANDBOX_SCRATCH } from '../../workspace/mounts.ts';
import type { SandboxKind } from '../../workspace/open.ts';
import { runProcess } from '../../workspace/process.ts';
import type { Instance } from '../instance.ts';
import { ENVIRONMENT, environmentVariables, installEnvironment } from './install.ts';
import { planSetup, type SetupPlan } from './plan.ts';
import type { Python } from './pythons.ts';
import type { SetupEntry } from './setup-file.ts';

/** What set-ups are made with. */
export interface SetupPlace {
  readonly setups: readonly SetupEntry[];
  readonly pythons: readonly Python[];
  /** Folder that keeps environments. */
  readonly cache: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface PrepareOptions {
  readonly kind: SandboxKind;
  /** The repository at its base commit. */
  readonly hostRoot: string;
  /** Where commands see it. */
  readonly root: string;
  readonly hostScratch: string;
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
}

export interface PreparedEnvironment {
  /** Variables for every command that runs in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly replacements: SetupPlan['replacements'];
  /** Folders of the scratch folder that belong to it. */
  readonly folders: readonly string[];
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
 * Finds out how an instance's repository is set up and does it, with network; what is made is kept and used again.
 *
 * @throws {UsageError} when a set-up names an interpreter that is not installed
 * @throws {Error} when the set-up fails
 */
export async function prepareEnvironment(
  instance: Instance,
  { setups, pythons, cache, env }: SetupPlace,
  options: PrepareOptions,
): Promise<PreparedEnvironment> {
  const { kind, hostRoot, hostScratch, signal, log } = options;
  const date = await commitDate(hostRoot, signal);
  const plan = planSetup(instance, { root: hostRoot, date, entries: setups, pythons });
  log(`environment ${plan.identity}, Python ${plan.python?.version ?? 'none'}`);
  await installEnvironment(plan, {
    ...options,
    cache,
    env,
    timeoutMs: SETUP_TIMEOUT_MS,
  });
  const scratchRoot = kind === 'local' ? hostScratch : SANDBOX_SCRATCH;
  return {
    env: { ...environmentVariables({ scratchRoot }, env.PATH), ...OFFLINE, ...plan.env },
    replacements: plan.replacements,
    folders:
      kind !== 'local' && existsSync(join(hostScratch, ENVIRONMENT))
        ? [ENVIRONMENT, 'home']
        : ['home'],
  };
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
