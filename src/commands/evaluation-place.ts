import { join, resolve } from 'node:path';
import { openCheckoutStation } from '../swebench/evaluation/checkout-station.ts';
import { openContainerStation } from '../swebench/evaluation/container-station.ts';
import type { OpenStation, Station } from '../swebench/evaluation/station.ts';
import type { Instance } from '../swebench/instance.ts';
import { findPythons } from '../swebench/setup/pythons.ts';
import { readSetupFile } from '../swebench/setup/setup-file.ts';
import { chooseEngine, type Engine, findEngine } from '../workspace/container/engine.ts';
import { chooseSandbox } from '../workspace/open.ts';
import type { Host } from './host.ts';

/** Options that say where tests run, as typed. */
export interface PlaceOptions {
  readonly engine?: 'auto' | 'docker' | 'podman' | 'none';
  readonly repos?: string;
  readonly setup?: string;
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none';
}

export interface Place {
  readonly open: (instance: Instance, options: OpenStation) => Promise<Station>;
  /** To be shown loudly. */
  readonly warning?: string | undefined;
}

/**
 * Chooses where tests run: in containers of the official images when an engine works, else in checkouts.
 *
 * @throws {UsageError} when what was demanded does not work here
 */
export async function choosePlace(options: PlaceOptions, run: string, host: Host): Promise<Place> {
  const { env } = host;
  const engine = await engineOf(options, host);
  if (engine !== undefined) {
    return {
      open: (instance, opening) => openContainerStation(instance, { engine, run }, opening),
    };
  }
  const sandbox = await chooseSandbox(options.sandbox ?? 'auto');
  const caches = env.XDG_CACHE_HOME || join(host.home, '.cache');
  const place = {
    sandbox: sandbox.kind,
    repos: options.repos === undefined ? undefined : resolve(host.cwd, options.repos),
    setups:
      options.setup === undefined ? [] : await readSetupFile(resolve(host.cwd, options.setup)),
    pythons: findPythons(env),
    cache: join(caches, 'patchwright', 'environments'),
    env,
  };
  return {
    open: (instance, opening) => openCheckoutStation(instance, place, opening),
    warning: sandbox.warning,
  };
}

async function engineOf(
  { engine = 'auto', repos, setup }: PlaceOptions,
  { env }: Host,
): Promise<Engine | undefined> {
  if (engine === 'none') return undefined;
  if (engine !== 'auto') return chooseEngine(engine, env);
  // Mirrors and set-ups are of no use to containers.
  return repos === undefined && setup === undefined ? findEngine(env) : undefined;
}
