import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckoutPlace } from '../swebench/evaluation/checkout-station.ts';
import { openSource } from '../swebench/evaluation/sources.ts';
import type { Instance } from '../swebench/instance.ts';
import { prepareEnvironment } from '../swebench/setup/prepare.ts';
import { matchSetup } from '../swebench/setup/setup-file.ts';
import type { Checkout } from '../workspace/checkout.ts';
import { openCheckout } from '../workspace/open-checkout.ts';
import type { OpenCheckoutOptions } from './instance-run.ts';

/** Where evaluations see the repository as well: environments are kept for this path. */
const ROOT = '/testbed';

/**
 * Makes the agent's copy of an instance's repository, set up as an evaluation sets it up, with network only for that.
 * Its history ends at the base commit; neither the hidden tests nor the reference fix come near it. A local folder
 * that is taken as it is, without a set-up of its own, already has what it needs.
 *
 * @throws {UsageError} when the repository or the base commit cannot be had
 * @throws {Error} when the set-up fails
 */
export async function openInstanceCheckout(
  instance: Instance,
  place: CheckoutPlace,
  { signal, log }: OpenCheckoutOptions,
): Promise<Checkout> {
  const source = await openSource(instance, place, { signal, log });
  const { sandbox } = place;
  const opening = { source, cwd: '/', sandbox, signal, onNote: log, allowPlainFolder: true };
  if (isReady(instance, place)) return openCheckout(opening);
  return openCheckout({
    ...opening,
    base: instance.baseCommit === '' ? undefined : instance.baseCommit,
    root: ROOT,
    async prepare(where) {
      await mkdir(join(where.hostScratch, 'home'), { recursive: true });
      const { env, folders } = await prepareEnvironment(instance, place, {
        ...where,
        kind: sandbox,
        signal,
        log,
      });
      return { env, folders };
    },
  });
}

function isReady(instance: Instance, { setups }: CheckoutPlace): boolean {
  const { source, baseCommit, setup } = instance;
  if (source === undefined || baseCommit !== '' || setup !== undefined) return false;
  const isFolder = statSync(source, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder && matchSetup(setups, instance) === undefined;
}
