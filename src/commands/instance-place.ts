import { join, resolve } from 'node:path';
import {
  type CheckoutPlace,
  openCheckoutStation,
} from '../swebench/evaluation/checkout-station.ts';
import { openContainerStation } from '../swebench/evaluation/container-station.ts';
import type { OpenStation, Station } from '../swebench/evaluation/station.ts';
import type { Instance } from '../swebench/instance.ts';
import { findPythons } from '../swebench/setup/pythons.ts';
import { readSetupFile } from '../swebench/setup/setup-file.ts';
import { chooseEngine, type Engine, findEngine } from '../workspace/container/engine.ts';
import { chooseSandbox } from '../workspace/open.ts';
import type { Host } from './host.ts';

/** Options that say where instances are worked on and tested, as typed. */
export interface PlaceOptions {
  readonly engine?: 'auto' | 'docker' | 'podman' | 'none' | undefined;
  readonly repos?: string | undefined;
  readonly setup?: string | undefined;
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none' | undefined;
}

/** Where instances are worked on and tested. */
export interface InstancePlace {
  /** The engine in whose container an instance belongs; undefined: a checkout. */
  readonly engineFor: (instance: Pick<Instance, 'image'>) => Engine | undefined;
  readonly checkout: CheckoutPlace;
  /** To be shown loudly. */
  readonly warning?: string | undefined;
}

/**
 * Chooses containers of the official images when an engine works, else checkouts; an engine that was named holds for
 * every instance, one that was found for those with an image.
 *
 * @param instances that will be run, where they are known: none with an image, and no engine is looked for
 * @throws {UsageError} when what was demanded does not work here
 */
export async function choosePlace(
  options: PlaceOptions,
  host: Host,
  instances?: readonly Pick<Instance, 'image'>[],
): Promise<InstancePlace> {
  const { env, home, cwd } = host;
  const { engine: named = 'auto', repos, setup } = options;
  const mayUse = instances === undefined || instances.some(({ image }) => image !== '');
  const engine = await engineOf(options, mayUse, host);
  const sandbox = await chooseSandbox(options.sandbox ?? 'auto');
  const cache = join(env.XDG_CACHE_HOME || join(home, '.cache'), 'patchwright');
  return {
    engineFor: ({ image }) => (named === 'auto' && image === '' ? undefined : engine),
    checkout: {
      sandbox: sandbox.kind,
      repos: repos === undefined ? undefined : resolve(cwd, repos),
      setups: setup === undefined ? [] : await readSetupFile(resolve(cwd, setup)),
      pythons: findPythons(env),
      cache: join(cache, 'environments'),
      mirrors: join(cache, 'repositories'),
      env,
    },
    warning: engine === undefined ? sandbox.warning : undefined,
  };
}

/** @param run that containers are labelled with */
export function stationsAt(
  { engineFor, checkout }: InstancePlace,
  run: string,
): (instance: Instance, opening: OpenStation) => Promise<Station> {
  return (instance, opening) => {
    const engine = engineFor(instance);
    return engine
      ? openContainerStation(instance, { engine, run }, opening)
      : openCheckoutStation(instance, checkout, opening);
  };
}

async function engineOf(
  { engine = 'auto', repos, setup }: PlaceOptions,
  mayUse: boolean,
  { env }: Host,
): Promise<Engine | undefined> {
  if (engine === 'none') return undefined;
  if (engine !== 'auto') return chooseEngine(engine, env);
  // Mirrors and set-ups are of no use to containers.
  const isWanted = mayUse && repos === undefined && setup === undefined;
  return isWanted ? findEngine(env) : undefined;
}
