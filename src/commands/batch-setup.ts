import type { ChoiceBy } from '../batch/candidate.ts';
import { openInstanceCheckout } from '../batch/instance-checkout.ts';
import { folderName } from '../batch/results.ts';
import { type AgentSetup, checkChoice } from '../batch/run-one.ts';
import { readConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { RateGate } from '../model/rate-gate.ts';
import { openContainerCheckout } from '../swebench/container-checkout.ts';
import type { Instance } from '../swebench/instance.ts';
import { type DatasetOptions, openDataset } from './dataset.ts';
import type { Host } from './host.ts';
import { choosePlace, type PlaceOptions } from './instance-place.ts';
import { createModel } from './model.ts';
import { type LimitOptions, resolveLimits } from './options.ts';
import { newRunId } from './run-folder.ts';
import { chooseTools } from './tools.ts';
import { versions } from './versions.ts';

/** Options that say how instances are run, as typed; the same for every way of handing them out. */
export interface AgentOptions extends LimitOptions, PlaceOptions {
  /** For the trajectories. */
  readonly dataset: string;
  readonly model?: string;
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
  let instances: readonly Instance[] = [];
  const agent = await prepareAgent(options, host, async () => {
    instances = await openInstances(options, host);
    return instances;
  });
  return { ...agent, instances };
}

/** The instances of a batch. @throws {UsageError} when there is none, or one whose id is no name of a folder */
export async function openInstances(
  options: DatasetOptions & Pick<AgentOptions, 'dataset'>,
  host: Host,
): Promise<Instance[]> {
  const instances = await openDataset(options.dataset, options, host);
  if (instances.length === 0) throw new UsageError('no instance is left by the selection');
  for (const { id } of instances) folderName(id);
  return instances;
}

/**
 * Works out how instances are run. All models that it makes share one gate: they have the same key.
 *
 * @param instances gives those that will be run, where they are known; asked when the other options are found good
 * @throws {UsageError} for bad input
 */
export async function prepareAgent(
  options: AgentOptions,
  host: Host,
  instances?: () => Promise<readonly Instance[]>,
): Promise<PreparedAgent> {
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
  const sandbox = options.sandbox ?? config.sandbox;
  const place = await choosePlace({ ...options, sandbox }, host, await instances?.());
  const { engineFor, checkout, warning } = place;
  const { dataset, hints = false } = options;
  return {
    modelName: model.name,
    hasPrice: model.hasPrice,
    warnings: warning === undefined ? [] : [warning],
    open: (instance, opening) => {
      const engine = engineFor(instance);
      return engine
        ? openContainerCheckout(instance, { engine, run: instance.id }, opening)
        : openInstanceCheckout(instance, checkout, opening);
    },
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
