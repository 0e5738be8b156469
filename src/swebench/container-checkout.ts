import { join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import type { Checkout } from '../workspace/checkout.ts';
import type { ContainerLimits } from '../workspace/container/create-options.ts';
import { type Engine, needImage } from '../workspace/container/engine.ts';
import { createContainer } from '../workspace/container/lifecycle.ts';
import { openContainer } from '../workspace/container/workspace.ts';
import { openCheckout } from '../workspace/open-checkout.ts';
import { openScratch } from '../workspace/scratch.ts';
import type { Instance } from './instance.ts';

export interface ContainerCheckoutPlace {
  readonly engine: Engine;
  /** The run that its containers are labelled with. */
  readonly run: string;
  readonly limits?: ContainerLimits;
}

export interface ContainerCheckoutOptions {
  readonly signal: AbortSignal;
  /** Told while the checkout is made ready. */
  readonly log: (text: string) => void;
}

/** Where the images of SWE-bench have the repository. */
const TESTBED = '/testbed';
const COPY_TIMEOUT_MS = 1_800_000;

/** What the images' own scripts do before they run tests; an image without conda has its environment by itself. */
const ACTIVATION = `if [ -f /opt/miniconda3/bin/activate ]; then
  . /opt/miniconda3/bin/activate
  conda activate testbed
fi`;

/**
 * The agent's checkout of an instance in the image that its tests run in: `/testbed` as the image has it, ignored
 * files and all that was built there included, with a history that ends at the base commit, and the conda environment
 * `testbed` active in every command. Neither network, hidden tests nor later commits can be reached.
 *
 * @throws {UsageError} when the image cannot be had or its repository lacks the base commit
 */
export async function openContainerCheckout(
  instance: Pick<Instance, 'id' | 'image' | 'baseCommit'>,
  { engine, run, limits }: ContainerCheckoutPlace,
  { signal, log }: ContainerCheckoutOptions,
): Promise<Checkout> {
  const { id, image, baseCommit } = instance;
  await needImage(engine, image, { signal, log });
  const scratch = await openScratch();
  try {
    const source = join(scratch.dir, 'testbed');
    await copyOut(engine, { run, image, path: TESTBED, to: source, signal });
    const checkout = await openCheckout({
      source,
      cwd: '/',
      base: baseCommit === '' ? undefined : baseCommit,
      keepWorkingTree: true,
      root: TESTBED,
      signal,
      onNote: log,
      sandbox: (where) =>
        openContainer({
          ...where,
          ...{ engine, image, run, signal, log, activation: ACTIVATION },
          ...(limits ? { limits } : {}),
        }),
    });
    return { ...checkout, source: `${image}:${TESTBED} (${id})` };
  } finally {
    await scratch.close();
  }
}

interface CopyOut {
  readonly run: string;
  readonly image: string;
  readonly path: string;
  /** Host folder that is made. */
  readonly to: string;
  readonly signal: AbortSignal;
}

/** Copies a folder of an image to the host, without running anything of it. */
async function copyOut(engine: Engine, { run, image, path, to, signal }: CopyOut): Promise<void> {
  const container = await createContainer(engine, {
    ...{ run, image, signal },
    options: ['--network', 'none', '--entrypoint', '/bin/sh'],
    command: [],
  });
  try {
    const source = `${container.name}:${path}`;
    await engine.must(['cp', source, to], { timeoutMs: COPY_TIMEOUT_MS, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new UsageError(
      `the image ${image} does not have the repository in ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  } finally {
    await container.remove();
  }
}
