import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ToolError } from '../errors.ts';
import { cleanEnvironment } from './environment.ts';
import { fileOperations } from './files.ts';
import { runProcess } from './process.ts';
import { isProgram } from './programs.ts';
import { relocateVariables, relocateVirtualEnvironments } from './relocate.ts';
import { RunningCommands } from './running-commands.ts';
import { removeTree } from './scratch.ts';
import { killMarked, MARKER, markerPrefix, StrayWatch } from './strays.ts';
import type { Workspace } from './workspace.ts';

export interface LocalOptions {
  readonly hostRoot: string;
  /** Where the repository was copied from; variables that lead there lead into the copy instead. */
  readonly root?: string;
  readonly hostScratch: string;
}

/** Of all workspaces of this process. */
const strays = new StrayWatch();
const open = new Set<string>();

/**
 * A workspace without isolation: commands run as the user, with a clean environment, a deadline and an end for all
 * their descendants. Commands can read and write whatever the user can.
 */
export function openLocal(options: LocalOptions): Workspace {
  const hostRoot = resolve(options.hostRoot);
  const hostScratch = resolve(options.hostScratch);
  const temporary = mkdtempSync(`${hostScratch}-tmp-`);
  const environment = relocateVariables(
    cleanEnvironment(process.env, temporary),
    resolve(options.root ?? hostRoot),
    hostRoot,
  );
  relocateVirtualEnvironments(hostRoot);
  const identity = `${markerPrefix(process.pid)}${randomUUID()}`;
  const commands = new RunningCommands();
  open.add(identity);
  let started = 0;
  const places = [
    { seenAs: hostRoot, host: hostRoot },
    { seenAs: hostScratch, host: hostScratch },
    { seenAs: temporary, host: temporary },
  ] as const;
  return {
    kind: 'local',
    root: hostRoot,
    hostRoot,
    hostScratch,
    scratchRoot: hostScratch,
    ...fileOperations(places),
    exec(argv, options) {
      return commands.run(options.signal, async (stop) => {
        started += 1;
        const marker = `${identity}.${started}.`;
        const { kill, end } = strays.watch(marker);
        try {
          return await runProcess(argv, {
            ...options,
            signal: stop,
            cwd: workingFolder(hostRoot, options.cwd),
            env: { ...environment, ...options.env, [MARKER]: marker },
            killStrays: kill,
          });
        } finally {
          end();
        }
      });
    },
    hasProgram: (name) => isProgram(name, environment.PATH ?? ''),
    async close() {
      await commands.close();
      open.delete(identity);
      // To look at every process of the machine takes its time; the last one does it for all.
      if (open.size > 0) strays.killLeft(identity);
      else killMarked(markerPrefix(process.pid));
      await removeTree(temporary);
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
