import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ToolError } from '../errors.ts';
import { cleanEnvironment } from './environment.ts';
import { fileOperations } from './files.ts';
import { runProcess } from './process.ts';
import { killMarked, MARKER } from './strays.ts';
import type { Workspace } from './workspace.ts';

export interface LocalOptions {
  readonly hostRoot: string;
  readonly hostScratch: string;
}

/**
 * A workspace without isolation: commands run as the user, with a clean environment, a deadline and an end for all
 * their descendants. Commands can read and write whatever the user can.
 */
export function openLocal(options: LocalOptions): Workspace {
  const hostRoot = resolve(options.hostRoot);
  const hostScratch = resolve(options.hostScratch);
  const temporary = join(hostScratch, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const environment = cleanEnvironment(process.env, temporary);
  const identity = randomUUID();
  let commands = 0;
  const places = [
    { seenAs: hostRoot, host: hostRoot },
    { seenAs: hostScratch, host: hostScratch },
  ] as const;
  return {
    kind: 'local',
    root: hostRoot,
    hostRoot,
    hostScratch,
    scratchRoot: hostScratch,
    ...fileOperations(places),
    async exec(argv, execOptions) {
      commands += 1;
      const marker = `${identity}.${commands}.`;
      return runProcess(argv, {
        ...execOptions,
        cwd: workingFolder(hostRoot, execOptions.cwd),
        env: { ...environment, ...execOptions.env, [MARKER]: marker },
        killStrays: () => killMarked(marker),
      });
    },
    async close() {
      killMarked(identity);
    },
  };
}

/** @throws {ToolError} when `cwd` leads out of `root` by its name; the folder itself is not looked at */
export function workingFolder(root: string, cwd = '.'): string {
  const folder = resolve(root, cwd);
  if (folder !== root && !folder.startsWith(join(root, '/'))) {
    throw new ToolError(`The folder ${cwd} is outside of the workspace; name one inside of it.`);
  }
  return folder;
}
