import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installCommand } from '../../../src/model/llama-library.ts';
import { packageRoot } from '../../../src/package-root.ts';

/**
 * Installs the optional package with the command that users are told, once, into a cache of the working copy.
 *
 * @returns the folder whose `node_modules` has it
 */
export async function llamaLibraryFolder(): Promise<string> {
  const cache = join(packageRoot, 'node_modules', '.cache');
  const command = installCommand();
  const version = /@(\d[\d.]*)$/.exec(command)?.[1] ?? '';
  const folder = join(cache, `node-llama-cpp-${version}`);
  if (
    await access(folder).then(
      () => true,
      () => false,
    )
  )
    return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  try {
    await writeFile(join(draft, 'package.json'), '{"private": true}');
    const [program = '', ...words] = command.split(' ');
    await promisify(execFile)(program, words, { cwd: draft, shell: process.platform === 'win32' });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw new Error(`the tests need node-llama-cpp: ${command}`, { cause: error });
  }
  return folder;
}
