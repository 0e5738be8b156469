import { join, resolve } from 'node:path';
import type { ChoiceBy } from '../batch/candidate.ts';
import { openInstanceCheckout } from '../batch/instance-checkout.ts';
import { type AgentSetup, checkChoice } from '../batch/run-one.ts';
import { readConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { RateGate } from '../model/rate-gate.ts';
import { openContainerCheckout } from '../swebench/container-checkout.ts';
import type { Instance } from '../swebench/instance.ts';
import { findPythons } from '../swebench/setup/pythons.ts';
import { readSetupFile } from '../swebench/setup/setup-file.ts';
import { chooseEngine, type Engine, findEngine } from '../workspace/container/engine.ts';
import { chooseSandbox } from '../workspace/open.ts';
import { type DatasetOptions, openDataset } from './dataset.ts';
import type { Host } from './host.ts';
import { createModel } from './model.ts';
import { type LimitOptions, resolveLimits } from './options.ts';
import { newRunId } from './run-folder.ts';
import { chooseTools } from './tools.ts';
import { versions } from './versions.ts';

/** Options that say how instances are run, as typed; the same for every way of handing them out. */
export interface AgentOptions extends LimitOptions {
  /** For the trajectories. */
  readonly dataset: string;
  readonly model?: string;
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none';
  readonly place?: 'auto' | 'checkout' | 'container';
  readonly repos?: string;
  readonly setup?: string;
  readonly hints?: boolean;
  readonly attempts?: number;
  readonly choose?: ChoiceBy;
  readonly tools?: string;
  readonly config?: string;
}

/** Options that say also which instances are run. */
export interface BatchSetupOptions extends AgentOptions, DatasetOptions {}

export interface PreparedAgent extends AgentSetup {
  /** As trajectories and predictions name it. */
  readonly modelName: string;
  /** False: no dollar limit can hold. */
  readonly hasPrice: boolean;
  /** To be shown loudly. */
  readonly warnings: readonly string[];
}

export interface BatchSetup extends PreparedAgent {
  readonly instances: readonly Instance[];
}

/**
 * Works out what a batch runs and how.
 *
 * @throws {UsageError} for bad input; nothing has been written then
 */
export async function prepareBatch(options: BatchSetupOptions, host: Host): Promise<BatchSetup> {
  const agent = await prepareAgent(options, host);
  return { ...agent, instances: await openDataset(options.dataset, options, host) };
}

/**
 * Works out how instances are run. All models that it makes share one gate: they have the same key.
 *
 * @throws {UsageError} for bad input
 */
export async function prepareAgent(options: AgentOptions, host: Host): Promise<PreparedAgent> {
  const config = await readConfig({ file: options.config, env: host.env, home: host.home });
  if (options.model === 'human') {
    throw new UsageError('--model human: one person cannot answer a batch; use fix');
  }
  const gate = new RateGate();
  const create = () => createModel({ name: options.model, gate }, config, host);
  const { model } = await create();
  const attempts = options.attempts ?? 1;
  const choose = options.choose ?? 'tests';
  checkChoice({ attempts, choose }, model.name);
  const limits = resolveLimits(options, config, model);
  const sandbox = await chooseSandbox(options.sandbox ?? config.sandbox ?? 'auto');
  const caches = host.env.XDG_CACHE_HOME || join(host.home, '.cache');
  const place = {
    sandbox: sandbox.kind,
    repos: options.repos === undefined ? undefined : resolve(host.cwd, options.repos),
    setups:
      options.setup === undefined ? [] : await readSetupFile(resolve(host.cwd, options.setup)),
    pythons: findPythons(host.env),
    cache: join(caches, 'patchwright', 'environments'),
    env: host.env,
  };
  const engine = await engineOf(options, host);
  const { dataset, hints = false } = options;
  return {
    modelName: model.name,
    hasPrice: model.hasPrice,
    warnings: sandbox.warning === undefined ? [] : [sandbox.warning],
    open: (instance, opening) =>
      engine !== undefined && (options.place === 'container' || instance.image !== '')
        ? openContainerCheckout(instance, { engine, run: instance.id }, opening)
        : openInstanceCheckout(instance, place, opening),
    model: async () => (await create()).model,
    tools: chooseTools(options.tools, model.name),
    limits,
    hints,
    attempts,
    choose,
    newRunId,
    versions: versions(),
    config: { ...config, dataset, hints, attempts, ...(attempts > 1 ? { choose } : {}) },
  };
}

/** The engine in whose containers instances run; undefined: checkouts. */
async function engineOf(
  { place = 'auto', repos, setup }: AgentOptions,
  { env }: Host,
): Promise<Engine | undefined> {
  if (place === 'container') return chooseEngine('auto', env);
  // Mirrors and set-ups are of no use to containers.
  const mayBe = place === 'auto' && repos === undefined && setup === undefined;
  return mayBe ? findEngine(env) : undefined;
}
