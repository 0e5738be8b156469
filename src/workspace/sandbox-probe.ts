import { existsSync } from 'node:fs';
import { messageOf } from '../errors.ts';
import { runProcess } from './process.ts';
import { describeLimits } from './resource-limits.ts';

export interface SandboxProbe {
  readonly works: boolean;
  /** Why not, in one sentence. */
  readonly reason?: string;
  /** What to do about it, in one sentence. */
  readonly mend?: string;
  readonly version?: string;
  /** What bounds a command's resources here, and what does not; for people. */
  readonly limits: readonly string[];
}

let cached: Promise<SandboxProbe> | undefined;

/** Namespaces and capabilities of every sandboxed command. */
export const ISOLATION: readonly string[] = [
  '--unshare-all',
  '--die-with-parent',
  '--new-session',
  '--cap-drop',
  'ALL',
];

/** Runs a tiny sandbox once a process and says whether bubblewrap works here. Never rejects. */
export function probeSandbox(): Promise<SandboxProbe> {
  cached ??= probe();
  return cached;
}

async function probe(): Promise<SandboxProbe> {
  if (process.platform !== 'linux') {
    return {
      works: false,
      reason: `bubblewrap needs Linux; this is ${process.platform}`,
      mend: 'run Patchwright in a Linux machine or container',
      limits: [],
    };
  }
  const limits = describeLimits();
  const merged = ['/bin', '/lib', '/lib64'].filter((path) => existsSync(path));
  const argv = [
    'bwrap',
    ...ISOLATION,
    ...['--ro-bind', '/usr', '/usr'],
    ...merged.flatMap((path) => ['--ro-bind', path, path]),
    ...['--proc', '/proc', '--dev', '/dev', '--', '/usr/bin/true'],
  ];
  try {
    const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' };
    const options = { cwd: '/', env, timeoutMs: 10_000 };
    const [trial, version] = await Promise.all([
      runProcess(argv, options),
      runProcess(['bwrap', '--version'], options),
    ]);
    if (trial.exitCode === 0) {
      return { works: true, version: version.stdout.trim().replace(/^bubblewrap /, ''), limits };
    }
    return { works: false, ...explainFailure(trial.stderr.trim() || 'it did not end'), limits };
  } catch (error) {
    if (/was not found/.test(messageOf(error))) {
      return {
        works: false,
        reason: 'bubblewrap is not installed',
        mend: 'install it, for instance with: apt-get install bubblewrap',
        limits,
      };
    }
    return { works: false, ...explainFailure(messageOf(error)), limits };
  }
}

function explainFailure(message: string): { reason: string; mend: string } {
  const said = message.split('\n')[0] ?? message;
  if (/namespace|clone|unshare|Operation not permitted|Permission denied|uid map/i.test(message)) {
    return {
      reason: `user namespaces are refused here (${said})`,
      mend: 'inside Docker start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined (or --privileged); on Ubuntu 24.04 allow them with: sysctl kernel.apparmor_restrict_unprivileged_userns=0',
    };
  }
  return {
    reason: `bubblewrap failed: ${said}`,
    mend: 'run: bwrap --unshare-all --ro-bind / / true',
  };
}
