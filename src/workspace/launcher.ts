import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { isProgram } from './programs.ts';
import { openScratch, removeTree, type Scratch } from './scratch.ts';

/**
 * Starts one command after the other on behalf of this process. To start a program, the system first copies the page
 * tables of the process that starts it: for a Node process of 150 MB that is milliseconds in which nothing else goes
 * on, for this shell it is next to nothing. Fields of a request are read as data and never parsed.
 */
const SCRIPT = `
set -m
((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) || exit
# Not exported: loaded once here, it need not be loaded for each command.
LC_ALL=C.UTF-8
mkfifo -m 600 "$1/out" "$1/err" || exit
echo ready
while read -r REPLY; do
  mapfile -d '' -t REPLY < "$1/request"
  (
    echo "$BASHPID"
    exec < "\${REPLY[1]}"
    cd -- "\${REPLY[0]}"
    unset -v PWD OLDPWD SHLVL
    export -- "\${REPLY[@]:3:REPLY[2]}"
    exec -- "\${REPLY[@]:3+REPLY[2]}" > "$1/out" 2> "$1/err"
  )
  echo "$?"
done
`;

/** A command that was started. */
export interface StartedCommand {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its exit code, 128 and the signal's number for one that a signal ended; null when the launcher was lost. */
  readonly exited: Promise<number | null>;
}

export interface LaunchOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array | undefined;
}

let scratch: Promise<Scratch> | undefined;
const idle: Launcher[] = [];
const all = new Set<Launcher>();
let made = 0;

/** From now on commands of this process are started by launchers, where they can be; for many runs in one process. */
export function useLaunchers(): void {
  scratch ??= openScratch();
}

/** Whether commands are started by launchers. */
export function usesLaunchers(): boolean {
  return scratch !== undefined;
}

/** Ends the launchers and what they hold; commands are started directly again. */
export async function closeLaunchers(): Promise<void> {
  const folder = await scratch;
  scratch = undefined;
  for (const launcher of all) launcher.close();
  idle.length = 0;
  await folder?.close();
}

/**
 * Starts a command in a process group of its own.
 *
 * @returns null when it has to be started directly: launchers are not in use, or cannot do what is asked for
 */
export async function launch(
  argv: readonly string[],
  options: LaunchOptions,
): Promise<StartedCommand | null> {
  if (scratch === undefined || !isPlain(argv, options)) return null;
  const launcher = idle.pop() ?? (await open(await scratch));
  return launcher?.start(argv, options) ?? null;
}

async function open(folder: Scratch): Promise<Launcher | null> {
  const dir = join(folder.dir, `launcher-${++made}`);
  await mkdir(dir, { mode: 0o700 });
  const launcher = new Launcher(dir);
  if (!(await launcher.ready)) return null;
  all.add(launcher);
  return launcher;
}

/** One shell, which runs one command at a time. */
class Launcher {
  readonly #dir: string;
  readonly #shell: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #request: number;
  readonly ready: Promise<boolean>;

  constructor(dir: string) {
    this.#dir = dir;
    this.#request = openSync(join(dir, 'request'), 'wx', 0o600);
    this.#shell = spawn('bash', ['--norc', '-c', SCRIPT, 'bash', dir], {
      cwd: '/',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    this.#shell.unref();
    const { stdout } = this.#shell;
    if (!stdout) throw new Error('the launcher has no output');
    for (const stream of [this.#shell.stdin, stdout]) (stream as Socket).unref();
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    this.ready = this.#line().then((line) => line === 'ready');
  }

  async start(argv: readonly string[], options: LaunchOptions): Promise<StartedCommand> {
    const input = join(this.#dir, 'in');
    if (options.stdin !== undefined) writeFileSync(input, options.stdin, { mode: 0o600 });
    const variables = Object.entries(options.env).map(([name, value]) => `${name}=${value}`);
    const stdin = options.stdin === undefined ? '/dev/null' : input;
    const fields = [options.cwd, stdin, String(variables.length), ...variables, ...argv];
    const request = Buffer.from(fields.map((field) => `${field}\0`).join(''));
    writeSync(this.#request, request, 0, request.length, 0);
    ftruncateSync(this.#request, request.length);
    const [stdout, stderr] = ['out', 'err'].map((name) => this.#reader(name)) as [Socket, Socket];
    this.#shell.stdin?.write('\n');
    const pid = Number(await this.#line());
    if (!(pid > 0)) {
      this.#retire();
      throw new Error('the launcher has ended');
    }
    const exited = this.#line().then((line) => (line === undefined ? null : Number(line)));
    void exited.then(() => this.#restWhenClosed([stdout, stderr]));
    return { pid, stdout, stderr, exited };
  }

  close(): void {
    this.#shell.stdin?.end();
    this.#shell.kill('SIGKILL');
    if (all.delete(this)) closeSync(this.#request);
  }

  /** Opened for reading first, without waiting for a writer; it ends when the last writer has gone. */
  #reader(name: string): Socket {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const fd = openSync(join(this.#dir, name), flags);
    const socket = new Socket({ fd, readable: true, writable: false });
    socket.on('error', () => undefined);
    return socket;
  }

  async #line(): Promise<string | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : value;
  }

  /** A pipe that was closed before its end may have a writer still, who would write into the next command's output. */
  async #restWhenClosed(streams: readonly Readable[]): Promise<void> {
    await Promise.all(
      streams.map((stream) =>
        stream.closed ? undefined : new Promise((closed) => stream.once('close', closed)),
      ),
    );
    if (!all.has(this)) return;
    if (streams.every((stream) => stream.readableEnded)) idle.push(this);
    else this.#retire();
  }

  #retire(): void {
    this.close();
    void removeTree(this.#dir).catch(() => undefined);
  }
}

/** Bytes of arguments and variables that direct starting is left for: it tells best what is too long. */
const MAX_REQUEST = 100_000;
/** Variables that a shell keeps to itself, or that change how it reads a request. */
const SHELL_VARIABLES =
  /^(BASH\w*|SHELLOPTS|UID|EUID|PPID|IFS|REPLY|POSIXLY_CORRECT|GROUPS|FUNCNAME)$/;

function isPlain(argv: readonly string[], { cwd, env }: LaunchOptions): boolean {
  const names = Object.keys(env);
  if (!names.every((name) => /^[A-Za-z_]\w*$/.test(name) && !SHELL_VARIABLES.test(name)))
    return false;
  const texts = [cwd, ...argv, ...Object.values(env)];
  if (texts.some((text) => text.includes('\0'))) return false;
  if (texts.reduce((sum, text) => sum + text.length, 0) > MAX_REQUEST) return false;
  return (
    isAbsolute(cwd) &&
    (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() ?? false) &&
    isProgram(argv[0] ?? '', env.PATH ?? '')
  );
}
