import { readConfig } from '../config.ts';
import { ExitCode } from '../errors.ts';
import { plain } from '../report/plain.ts';
import type { Host } from './host.ts';
import { chooseModel, llamaFolder, modelsFolder } from './model.ts';

export interface ModelsOptions {
  readonly model?: string;
  readonly config?: string;
}

/** `patchwright models`: what a run would use and why, and the models in the folder. */
export async function models(options: ModelsOptions, host: Host): Promise<number> {
  const config = await readConfig({ file: options.config, env: host.env, home: host.home });
  const { provider, name, source, why } = chooseModel(options.model, config, host);
  const { MODEL_FORMS } = await import('../model/resolve.ts');
  host.stdout.write(`would use   ${plain(why)}\n`);
  host.stdout.write(`            provider ${provider}, model ${plain(name)}, from ${source}\n`);
  host.stdout.write(`names       ${MODEL_FORMS.join(', ')}\n\n`);
  return listFolder({}, host);
}

/** `patchwright models list`: the model files in the folder. */
export async function listFolder(_: object, host: Host): Promise<number> {
  const { listModels, megabytes } = await import('../model/gguf-files.ts');
  const folder = modelsFolder(host);
  const files = await listModels(folder);
  host.stdout.write(`${folder}: ${files.length === 0 ? 'no models' : ''}\n`);
  for (const { name, bytes } of files) {
    host.stdout.write(`  ${plain(name)}  ${megabytes(bytes)}\n`);
  }
  return ExitCode.submitted;
}

/** `patchwright models pull URI`: downloads a model into the folder. @throws {UsageError} when it cannot be had */
export async function pull({ uri }: { readonly uri: string }, host: Host): Promise<number> {
  const [{ pullModel }, { loadLlamaLibrary }] = await Promise.all([
    import('../model/gguf-files.ts'),
    import('../model/llama-library.ts'),
  ]);
  const path = await pullModel(await loadLlamaLibrary(llamaFolder(host)), uri, {
    folder: modelsFolder(host),
    token: host.env.HF_TOKEN,
    signal: host.signal,
    onProgress: (text) => void host.stderr.write(`${plain(text)}\n`),
  });
  host.stdout.write(`${path}\nnext  patchwright fix --model gguf:${path} ...\n`);
  return ExitCode.submitted;
}

/** `patchwright models remove NAME`. @throws {UsageError} when there is none of this name */
export async function remove({ name }: { readonly name: string }, host: Host): Promise<number> {
  const { removeModel } = await import('../model/gguf-files.ts');
  await removeModel(modelsFolder(host), name);
  return ExitCode.submitted;
}
