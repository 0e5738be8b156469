import type { Config } from '../config.ts';
import type { Model } from '../model/model.ts';
import { type ModelChoice, resolveModelName } from '../model/resolve.ts';
import type { Host } from './host.ts';

export interface ChosenModel {
  readonly model: Model;
  /** One line for a person: which model and why. */
  readonly why: string;
}

/**
 * Resolves a model's name and makes the model; a provider's code is loaded only when it is used.
 *
 * @param flag `--model`, if given
 * @throws {UsageError} for an unknown name, a missing key, a script that cannot be read
 */
export async function createModel(
  flag: string | undefined,
  config: Config,
  host: Host,
): Promise<ChosenModel> {
  const names = {
    flag,
    environment: host.env.PATCHWRIGHT_MODEL,
    file: config.model,
    env: host.env,
  };
  const choice = resolveModelName(names);
  return { model: await make(choice, host), why: choice.why };
}

async function make(choice: ModelChoice, host: Host): Promise<Model> {
  switch (choice.provider) {
    case 'repair':
      return (await import('../repair/model.ts')).createRepairModel();
    case 'scripted':
      return (await import('../model/scripted.ts')).createScriptedModel(choice.name);
    case 'human':
      return (await import('../model/human.ts')).createHumanModel({
        input: host.stdin,
        output: host.stderr,
      });
    case 'anthropic':
      return (await import('../model/anthropic.ts')).createAnthropicModel({
        model: choice.name,
        apiKey: host.env.ANTHROPIC_API_KEY,
      });
    default:
      throw new Error(`no maker for ${choice.provider}`);
  }
}
