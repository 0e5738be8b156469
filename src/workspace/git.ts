import { GitError, type SimpleGitProgressEvent, simpleGit } from 'simple-git';
import { usesLaunchers } from './launcher.ts';
import { runProcess } from './process.ts';

export interface GitOptions {
  /** Folder git runs in. */
  readonly cwd: string;
  /** Added to the environment, for instance GIT_DIR. */
  readonly env?: Readonly<Record<string, string>>;
  /** Extra configuration, `key=value`. */
  readonly config?: readonly string[];
  /** Standard input, not empty. */
  readonly input?: string | Buffer;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (event: SimpleGitProgressEvent) => void;
}

/** git ended with another exit code than 0. The message is what it said. simple-git passes on its own errors only. */
export class GitFailure extends GitError {
  override readonly name = 'GitFailure';
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(undefined, message);
    this.exitCode = exitCode;
  }
}

/** Nothing of a repository's own configuration starts a program: no hooks, no file system monitor. */
const INERT = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'protocol.ext.allow=never'];

/** Variables of the caller that git needs to reach a remote the way the user does. */
const REMOTE_ACCESS = [
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
];

/**
 * Runs git and returns its standard output. It never asks, never takes optional locks, never runs hooks or a file
 * system monitor, and does not see the caller's own GIT_DIR and the like.
 *
 * @throws {GitFailure} when it fails, the signal's reason when it is aborted
 */
export async function git(args: readonly string[], options: GitOptions): Promise<string> {
  if (options.input?.length === 0) throw new Error('simple-git never closes an empty input');
  const env: Record<string, string> = {
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    LC_ALL: 'C.UTF-8',
    ...options.env,
  };
  const config = [...INERT, ...(options.config ?? [])];
  if (usesLaunchers() && !options.onProgress) return gitLaunched(args, { ...options, env, config });
  const client = simpleGit({
    baseDir: options.cwd,
    config,
    completion: { onClose: true, onExit: false },
    allowEnvironment: [...Object.keys(env), ...REMOTE_ACCESS],
    unsafe: {
      allowUnsafeFsMonitor: true,
      allowUnsafeHooksPath: true,
      allowUnsafeProtocolOverride: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeAskPass: true,
      allowUnsafeSshCommand: true,
    },
    errors(error, { exitCode, stdErr }) {
      if (exitCode === 0) return error;
      const said = Buffer.concat(stdErr).toString('utf8').trim();
      return new GitFailure(exitCode, said || `git ${args[0] ?? ''} ended with ${exitCode}`);
    },
    ...(options.input === undefined ? {} : { input: () => options.input }),
    ...(options.signal ? { abort: options.signal } : {}),
    ...(options.onProgress ? { progress: options.onProgress } : {}),
  });
  client.env({ ...inherited(), ...env });
  // simple-git waits 50 ms more for a command that has printed nothing.
  client.outputHandler((_command, stdout) => {
    setImmediate(() => stdout.emit('data', Buffer.alloc(0)));
  });
  try {
    return await client.raw([...args]);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  }
}

const MAX_OUTPUT = 512 * 1024 * 1024;

/** Like any other command: simple-git starts git only by itself, which is slow when many runs share a process. */
async function gitLaunched(
  args: readonly string[],
  { cwd, env, config = [], input, signal }: GitOptions,
): Promise<string> {
  const argv = ['git', ...config.flatMap((entry) => ['-c', entry]), ...args];
  const result = await runProcess(argv, {
    cwd,
    env: { ...inherited(), ...env },
    timeoutMs: Number.POSITIVE_INFINITY,
    maxBytes: MAX_OUTPUT,
    ...(input === undefined ? {} : { stdin: input }),
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  if (result.exitCode === 0 && result.omittedBytes === 0) return result.stdout;
  const code = result.exitCode ?? -1;
  throw new GitFailure(code, result.stderr.trim() || `git ${args[0] ?? ''} ended with ${code}`);
}

/** Environment and settings of a git directory of our own, in which nobody's configuration counts. */
export function ownGit(gitDir: string, workTree?: string): Record<string, string> {
  return {
    GIT_DIR: gitDir,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
  };
}

/** What git takes of the caller: enough to run and to reach a remote. An allow list, since simple-git refuses editors and pagers. */
const INHERITED =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TMPDIR|XDG_\w+|SSH_AUTH_SOCK|SSL_CERT_(?:FILE|DIR)|(?:https?|all|no)_proxy)$/i;

function inherited(): Record<string, string> {
  // Reading a variable is slow, and there may be hundreds.
  const names = Object.keys(process.env).filter(
    (name) => INHERITED.test(name) || REMOTE_ACCESS.includes(name),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}
