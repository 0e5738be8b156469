import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ExitCode, messageOf, UsageError } from '../errors.ts';
import { startInspector } from '../inspector/server.ts';
import { packageRoot } from '../package-root.ts';
import type { Host } from './host.ts';
import { runsFolder } from './recording.ts';

export interface InspectOptions {
  readonly dir?: string;
  readonly port?: number;
}

/**
 * `patchwright inspect`: a page over the runs of a folder, on this machine only, until it is interrupted.
 *
 * @throws {UsageError} when there is no such folder or the port is taken
 */
export async function inspect({ dir, port = 0 }: InspectOptions, host: Host): Promise<number> {
  const folder = dir === undefined ? runsFolder(host) : resolve(host.cwd, dir);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${folder}: no such folder; give one that holds runs`);
  }
  const page = join(packageRoot, 'dist', 'inspector');
  if (!existsSync(join(page, 'index.html'))) {
    throw new UsageError('the page is not built; in a checkout run: npm run build');
  }
  const inspector = await startInspector({ folder, page, port }).catch((error: unknown) => {
    throw new UsageError(`--port: ${port} cannot be used (${messageOf(error)})`, { cause: error });
  });
  host.stdout.write(`${inspector.url}\n`);
  host.stderr.write('Open this address in a browser on this machine. Ctrl-C ends it.\n');
  await new Promise<void>((done) => {
    if (host.signal.aborted) done();
    else host.signal.addEventListener('abort', () => done(), { once: true });
  });
  await inspector.close();
  return ExitCode.submitted;
}
