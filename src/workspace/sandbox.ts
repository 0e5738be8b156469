import { mkdtempSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { ToolError } from '../errors.ts';
import { cleanEnvironment } from './environment.ts';
import { fileOperations } from './files.ts';
import { workingFolder } from './local.ts';
import { mountArguments, prepareMountPoints, SANDBOX_SCRATCH } from './mounts.ts';
import { runProcess } from './process.ts';
import { isProgram } from './programs.ts';
import { openLimits, type ResourceLimits } from './resource-limits.ts';
import { RunningCommands } from './running-commands.ts';
import { ISOLATION } from './sandbox-probe.ts';
import { removeTree } from './scratch.ts';
import { findToolchains, realPath } from './toolchains.ts';
import type { ExecResult, Workspace } from './workspace.ts';

export { probeSandbox } from './sandbox-probe.ts';

export interface SandboxOptions {
  readonly hostRoot: string;
  /** Where commands see the repository: the user's own path, so that absolute paths in virtual environments hold. */
  readonly root: string;
  readonly hostScratch: string;
  readonly limits?: ResourceLimits;
  /** Commands reach the host's network; default no. For installing what a repository needs, never for an agent. */
  readonly network?: boolean;
  /** Host folders that commands see at their own paths, read-only. */
  readonly readOnly?: readonly string[];
}

const NETWORK = ['--share-net', '--ro-bind-try', '/etc/resolv.conf', '/etc/resolv.conf'];

/**
 * A workspace in bubblewrap: no network, own process table, read-only system and toolchains, no home directory. Only
 * the repository, `/tmp` and the scratch folder are writable. Every command is a sandbox of its own that ends whole.
 */
export function openSandbox(options: SandboxOptions): Workspace {
  const hostRoot = resolve(options.hostRoot);
  const hostScratch = resolve(options.hostScratch);
  const root = resolve(options.root);
  // Beside the scratch folder, not in it: commands could put a link in its place there.
  const hostTemporary = mkdtempSync(`${hostScratch}-tmp-`);
  const host = cleanEnvironment(process.env, '/tmp');
  const home = host.HOME && isAbsolute(host.HOME) ? resolve(host.HOME) : '/tmp';
  const environment: Record<string, string> = {
    ...host,
    PATH: realPath(host.PATH ?? ''),
    HOME: home,
    XDG_CACHE_HOME: '/tmp/.cache',
    npm_config_cache: '/tmp/.npm',
  };
  const readOnly = (options.readOnly ?? []).map((path) => resolve(path));
  const mounts = mountArguments({
    root,
    readOnly,
    hostRoot,
    hostScratch,
    hostTemporary,
    home,
    toolchains: findToolchains({ environment, root, hostRoot }),
  });
  const commands = new RunningCommands();
  const limits = openLimits(options.limits ?? {});
  return {
    kind: 'bubblewrap',
    root,
    hostRoot,
    hostScratch,
    scratchRoot: SANDBOX_SCRATCH,
    ...fileOperations([
      { seenAs: root, host: hostRoot },
      ...readOnly.map((path) => ({ seenAs: path, host: path, readOnly: true })),
      { seenAs: SANDBOX_SCRATCH, host: hostScratch },
      { seenAs: '/tmp', host: hostTemporary },
    ]),
    exec(argv, { env, signal, ...rest }) {
      return commands.run(signal, async (stop) => {
        if (!argv[0]) throw new ToolError('No program was named; give one.');
        const folder = workingFolder(root, rest.cwd);
        prepareMountPoints([root, home, ...readOnly], hostTemporary);
        const added = Object.entries(env ?? {}).flatMap(([name, value]) => [
          '--setenv',
          name,
          value,
        ]);
        const bwrap = [
          ...['bwrap', ...ISOLATION, ...(options.network ? NETWORK : [])],
          ...[...mounts, ...added],
          ...['--chdir', folder, '--', ...limits.wrapInside(argv)],
        ];
        const result = await runProcess(limits.wrap(bwrap, rest.timeoutMs), {
          ...rest,
          signal: stop,
          cwd: '/',
          env: environment,
        });
        refuseUnstarted(result, argv[0]);
        return result;
      });
    },
    hasProgram: (name) => isProgram(name, environment.PATH ?? ''),
    async close() {
      await commands.close();
      await limits.close();
      await removeTree(hostTemporary);
    },
  };
}

/** bubblewrap reports a program it could not start like the program's own failure; this tells them apart. */
function refuseUnstarted(result: ExecResult, program: string): void {
  if (![1, 126, 127].includes(result.exitCode ?? 0) || result.stdout !== '') return;
  const [, said] = /^(?:bwrap|prlimit): ([^\n]*)\n?$/.exec(result.stderr) ?? [];
  if (said === undefined) return;
  const reason = said.slice(said.lastIndexOf(': ') + 2);
  if (
    [`execvp ${program}: `, `failed to execute ${program}: `].some((start) =>
      said.startsWith(start),
    )
  ) {
    throw new ToolError(
      `The program ${program} could not be started (${reason}). Check its name, or use another program that does the same.`,
    );
  }
  if (said.startsWith("Can't chdir to ")) {
    const folder = said.slice("Can't chdir to ".length, said.lastIndexOf(': '));
    throw new ToolError(`The folder ${folder} to run the command in cannot be entered: ${reason}.`);
  }
  throw new ToolError(`The sandbox could not start the command: ${said}.`);
}
