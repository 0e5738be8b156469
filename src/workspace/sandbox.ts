import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { ToolError } from '../errors.ts';
import { cleanEnvironment } from './environment.ts';
import { fileOperations } from './files.ts';
import { workingFolder } from './local.ts';
import { mountArguments, SANDBOX_SCRATCH } from './mounts.ts';
import { runProcess } from './process.ts';
import { openLimits, type ResourceLimits } from './resource-limits.ts';
import { ISOLATION } from './sandbox-probe.ts';
import { findToolchains } from './toolchains.ts';
import type { ExecResult, Workspace } from './workspace.ts';

export { probeSandbox, type SandboxProbe } from './sandbox-probe.ts';

export interface SandboxOptions {
  readonly hostRoot: string;
  /** Where commands see the repository: the user's own path, so that absolute paths in virtual environments hold. */
  readonly root: string;
  readonly hostScratch: string;
  readonly limits?: ResourceLimits;
}

/**
 * A workspace in bubblewrap: no network, own process table, read-only system and toolchains, no home directory. Only
 * the repository, `/tmp` and the scratch folder are writable. Every command is a sandbox of its own that ends whole.
 */
export function openSandbox(options: SandboxOptions): Workspace {
  const hostRoot = resolve(options.hostRoot);
  const hostScratch = resolve(options.hostScratch);
  const root = resolve(options.root);
  const hostTemporary = join(hostScratch, 'tmp');
  mkdirSync(hostTemporary, { recursive: true });
  const host = process.env;
  const home = host.HOME && isAbsolute(host.HOME) ? resolve(host.HOME) : '/tmp';
  const environment: Record<string, string> = {
    ...cleanEnvironment(host, '/tmp'),
    HOME: home,
    XDG_CACHE_HOME: '/tmp/.cache',
    npm_config_cache: '/tmp/.npm',
  };
  const mounts = mountArguments({
    root,
    hostRoot,
    hostScratch,
    hostTemporary,
    home,
    toolchains: findToolchains({
      path: environment.PATH ?? '',
      home: host.HOME,
      root: hostRoot,
    }),
  });
  const limits = openLimits(
    options.limits ?? {},
    `patchwright-${process.pid}-${randomBytes(4).toString('hex')}`,
  );
  return {
    kind: 'bubblewrap',
    root,
    hostRoot,
    hostScratch,
    scratchRoot: SANDBOX_SCRATCH,
    ...fileOperations([
      { seenAs: root, host: hostRoot },
      { seenAs: SANDBOX_SCRATCH, host: hostScratch },
      { seenAs: '/tmp', host: hostTemporary },
    ]),
    async exec(argv, execOptions) {
      const folder = workingFolder(root, execOptions.cwd);
      const bwrap = ['bwrap', ...ISOLATION, ...mounts, '--chdir', folder, '--', ...argv];
      const result = await runProcess(limits.wrap(bwrap, execOptions.timeoutMs), {
        ...execOptions,
        cwd: '/',
        env: { ...environment, ...execOptions.env },
      });
      refuseUnstarted(result, argv[0] ?? '');
      return result;
    },
    async close() {
      limits.close();
    },
  };
}

/** bubblewrap reports a program it could not start like the program's own failure; this tells them apart. */
function refuseUnstarted(result: ExecResult, program: string): void {
  if (result.exitCode !== 1 || !result.stderr.startsWith('bwrap: ')) return;
  const said = result.stderr.trim();
  if (said.includes('\n')) return;
  if (said.startsWith(`bwrap: execvp ${program}: `)) {
    throw new ToolError(
      `The program ${program} could not be started (${said.slice(said.lastIndexOf(': ') + 2)}). Check its name, or use another program that does the same.`,
    );
  }
  if (/^bwrap: Can't chdir to /.test(said)) {
    throw new ToolError(`The folder to run the command in does not exist: ${said.slice(22)}`);
  }
}
