import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
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
 * on, for this shell it is next to nothing. Each command's process is there before the command is known and says its
 * number; then it waits for how many fields there are in the request. They are read as data and never parsed. It finds
 * the shell's input closed when this process has ended, and ends the shell, which waits for it. With a request, it holds
 * the pipes for reading as well until it has opened them for writing, which else would wait for ever when this process
 * is killed meanwhile. (Not sooner: to whoever reads the last command's output, it would be a writer of that.)
 */
const SCRIPT = `
set -m
((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) || exit
# Not exported: loaded once here, it need not be loaded for each command.
LC_ALL=C.UTF-8
mkfifo -m 600 "$1/out" "$1/err" || exit
while :; do
  (
    echo "$BASHPID"
    read -r REPLY || { kill -KILL "$$"; exit; }
    exec 3<> "$1/out" 4<> "$1/err"
    mapfile -d '' -n "$REPLY" -t REPLY < "$1/request"
    exec < "\${REPLY[1]}"
    cd -- "\${REPLY[0]}"
    unset -v PWD OLDPWD SHLVL
    export -- "\${REPLY[@]:3:REPLY[2]}"
    exec -- "\${REPLY[@]:3+REPLY[2]}" > "$1/out" 2> "$1/err" 3>&- 4>&-
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
  const launcher = takeIdle() ?? (await open(await scratch));
  return launcher?.start(argv, options) ?? null;
}

function takeIdle(): Launcher | undefined {
  for (let launcher = idle.pop(); launcher; launcher = idle.pop()) {
    if (launcher.isReady) return launcher;
    launcher.retire();
  }
  return undefined;
}

async function open(folder: Scratch): Promise<Launcher | null> {
  const dir = join(folder.dir, `launcher-${++made}`);
  await mkdir(dir, { mode: 0o700 });
  const launcher = new Launcher(dir);
  all.add(launcher);
  if (await launcher.makeReady()) return launcher;
  launcher.retire();
  return null;
}

/** One shell, which runs one command at a time. */
class Launcher {
  readonly #dir: string;
  readonly #shell: ChildProcess;
  readonly #request: number;
  /** Lines of the shell that nobody has asked for yet. */
  readonly #lines: string[] = [];
  #asking: ((line: string | undefined) => void) | undefined;
  #ended = false;
  /** Of the process that waits for the next command. */
  #pid = 0;
  /** Its output and errors. */
  #streams: Socket[] = [];

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
    createInterface({ input: stdout })
      .on('line', (line) => this.#take(line))
      .on('close', () => this.#end());
  }

  /** False when what waits for a command has ended meanwhile. */
  get isReady(): boolean {
    return this.#pid > 0 && !this.#ended && this.#lines.length === 0;
  }

  /** Waits until a command can be started, the last one having ended. @returns false when none can any more */
  async makeReady(): Promise<boolean> {
    this.#pid = Number(await this.#line());
    if (!(this.#pid > 0)) return false;
    try {
      for (const name of ['out', 'err']) this.#streams.push(this.#reader(name));
      return true;
    } catch {
      // Too many files are open: who starts the command directly will say so.
      return false;
    }
  }

  /** To be called once after each `makeReady`. */
  start(argv: readonly string[], options: LaunchOptions): StartedCommand {
    const input = join(this.#dir, 'in');
    if (options.stdin !== undefined) writeFileSync(input, options.stdin, { mode: 0o600 });
    const variables = Object.entries(options.env).map(([name, value]) => `${name}=${value}`);
    const stdin = options.stdin === undefined ? '/dev/null' : input;
    const fields = [options.cwd, stdin, String(variables.length), ...variables, ...argv];
    // What a longer request has left behind these fields is not read.
    writeSync(this.#request, `${fields.join('\0')}\0`, 0);
    const pid = this.#pid;
    const streams = this.#streams;
    const [stdout, stderr] = streams;
    if (!stdout || !stderr) throw new Error('the launcher is not ready');
    this.#pid = 0;
    this.#streams = [];
    for (const stream of streams) stream.ref();
    this.#shell.stdin?.write(`${fields.length}\n`);
    const exited = this.#line().then((line) => (line === undefined ? null : Number(line)));
    void exited.then(() => this.#restWhenClosed(streams));
    return { pid, stdout, stderr, exited };
  }

  close(): void {
    // Its input closed, it ends; and if a command still runs, as soon as it says that that has ended.
    this.#shell.stdin?.destroy();
    this.#shell.stdout?.destroy();
    this.#end();
    for (const stream of this.#streams) stream.destroy();
    if (all.delete(this)) closeSync(this.#request);
  }

  retire(): void {
    this.close();
    void removeTree(this.#dir).catch(() => undefined);
  }

  /** Opened for reading first, without waiting for a writer; it ends when the last writer has gone. */
  #reader(name: string): Socket {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const fd = openSync(join(this.#dir, name), flags);
    const socket = new Socket({ fd, readable: true, writable: false });
    socket.on('error', () => undefined);
    return socket.unref();
  }

  #end(): void {
    this.#ended = true;
    this.#take(undefined);
  }

  #take(line: string | undefined): void {
    const asking = this.#asking;
    this.#asking = undefined;
    if (asking) asking(line);
    else if (line !== undefined) this.#lines.push(line);
  }

  /** One at a time. @returns undefined when the shell has ended */
  #line(): Promise<string | undefined> {
    if (this.#lines.length > 0) return Promise.resolve(this.#lines.shift());
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#asking = resolve;
    });
  }

  /** A pipe that was closed before its end may have a writer still, who would write into the next command's output. */
  async #restWhenClosed(streams: readonly Readable[]): Promise<void> {
    await Promise.all(
      streams.map((stream) =>
        stream.closed ? undefined : new Promise((closed) => stream.once('close', closed)),
      ),
    );
    if (!all.has(this)) return;
    const isClean = streams.every((stream) => stream.readableEnded);
    if (isClean && (await this.makeReady()) && all.has(this)) idle.push(this);
    else this.retire();
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
