import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, ToolError, UsageError } from '../../errors.ts';
import { fileOperations } from '../files.ts';
import { workingFolder } from '../local.ts';
import { SANDBOX_SCRATCH } from '../mounts.ts';
import { RunningCommands } from '../running-commands.ts';
import { removeTree } from '../scratch.ts';
import { MARKER } from '../strays.ts';
import type { ExecResult, Workspace } from '../workspace.ts';
import { type ContainerLimits, createOptions, type Folders, variables } from './create-options.ts';
import { type Engine, needImage } from './engine.ts';
import { type Container, createContainer } from './lifecycle.ts';
import {
  endConfirmed,
  endScript,
  FIRST_PROCESS,
  forbidStart,
  runScript,
  writeScripts,
} from './scripts.ts';

/** Which container, for every workspace of a run. */
export interface ContainerChoice {
  readonly engine: Engine;
  readonly image: string;
  /** The run it is labelled with. */
  readonly run: string;
  readonly limits?: ContainerLimits;
  /** Commands reach the network; default no. */
  readonly network?: boolean;
  /** Bash lines that set the variables which every command gets, such as the activation of an environment. */
  readonly activation?: string;
}

export interface ContainerOptions extends ContainerChoice {
  readonly hostRoot: string;
  /** Where commands see the repository. */
  readonly root: string;
  readonly hostScratch: string;
  readonly signal?: AbortSignal | undefined;
  readonly log?: (text: string) => void;
}

const END_TIMEOUT_MS = 20_000;
const ACTIVATION_TIMEOUT_MS = 60_000;

/**
 * A workspace in a container of an image. The copy of the repository, the scratch folder and `/tmp` are folders of the
 * host that the container has mounted, so files are read and written on the host, with the bounds of every workspace;
 * commands run with the image's programs and environment, as the caller's user, without network or capabilities.
 *
 * A command ends with all it started: its descendants are known by their environment. One that clears it, and leaves
 * its session, is ended with the next command that is killed, or with the container.
 *
 * @throws {UsageError} when the image cannot be had or its container does not start
 */
export async function openContainer(options: ContainerOptions): Promise<Workspace> {
  const { engine, signal, log = () => undefined } = options;
  const image = await needImage(engine, options.image, { signal, log });
  const hostScratch = resolve(options.hostScratch);
  // Beside the scratch folder, not in it: commands could put a link in its place there.
  const folders = {
    hostRoot: resolve(options.hostRoot),
    hostScratch,
    hostTemporary: await mkdtemp(`${hostScratch}-tmp-`),
    hostControl: await mkdtemp(`${hostScratch}-control-`),
  };
  await chmod(folders.hostTemporary, 0o1777);
  await chmod(folders.hostControl, 0o755);
  await writeScripts(folders.hostControl);
  const root = resolve(options.root);
  let container: Container | undefined;
  try {
    container = await createContainer(engine, {
      run: options.run,
      image: options.image,
      options: createOptions(
        {
          engine: engine.name,
          image,
          limits: options.limits ?? {},
          network: options.network ?? false,
          root,
        },
        folders,
      ),
      command: ['-c', FIRST_PROCESS],
      signal,
    });
    await engine.must(['start', container.name], { signal });
    const workspace = new ContainerWorkspace(engine, container, root, folders);
    if (options.activation !== undefined) await workspace.activate(options.activation, signal);
    return workspace;
  } catch (error) {
    await container?.remove();
    await removeTree(folders.hostTemporary);
    await removeTree(folders.hostControl);
    signal?.throwIfAborted();
    throw new UsageError(`the image ${options.image} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A started container with its folders. Every member is the object's own: callers make workspaces by spreading it. */
class ContainerWorkspace implements Workspace {
  readonly kind = 'container';
  readonly root: string;
  readonly hostRoot: string;
  readonly hostScratch: string;
  readonly scratchRoot = SANDBOX_SCRATCH;
  readonly readFile: Workspace['readFile'];
  readonly writeFile: Workspace['writeFile'];
  readonly removeFile: Workspace['removeFile'];
  readonly stat: Workspace['stat'];

  readonly #engine: Engine;
  readonly #container: Container;
  readonly #folders: Folders;
  readonly #commands = new RunningCommands();
  readonly #identity = randomUUID();
  #activated: Readonly<Record<string, string>> = {};
  #started = 0;
  #running = 0;
  /** Nothing starts while another command is being ended. */
  #ending: Promise<void> = Promise.resolve();

  constructor(engine: Engine, container: Container, root: string, folders: Folders) {
    this.#engine = engine;
    this.#container = container;
    this.#folders = folders;
    this.root = root;
    this.hostRoot = folders.hostRoot;
    this.hostScratch = folders.hostScratch;
    const files = fileOperations([
      { seenAs: root, host: folders.hostRoot },
      { seenAs: SANDBOX_SCRATCH, host: folders.hostScratch },
      { seenAs: '/tmp', host: folders.hostTemporary },
    ]);
    this.readFile = files.readFile;
    this.writeFile = files.writeFile;
    this.removeFile = files.removeFile;
    this.stat = files.stat;
  }

  readonly exec: Workspace['exec'] = (argv, { env, signal, cwd, ...rest }) =>
    this.#commands.run(signal, async (stop) => {
      if (!argv[0]) throw new ToolError('No program was named; give one.');
      const folder = workingFolder(this.root, cwd);
      await this.#ending;
      this.#started += 1;
      this.#running += 1;
      const mark = `${this.#identity}.${this.#started}.`;
      try {
        const result = await this.#engine.call(
          [
            ...['exec', ...(rest.stdin === undefined ? [] : ['--interactive'])],
            ...variables({ ...this.#activated, ...env }),
            ...[this.#container.name, ...runScript(mark, folder, argv)],
          ],
          { ...rest, signal: stop },
        );
        // Not by its own will: the client was killed, or the script that watches over the command.
        const cut = result.exitCode === null || result.exitCode === 137;
        if (cut || result.timedOut || result.aborted) {
          this.#ending = this.#ending.then(() => this.#end(mark));
          await this.#ending;
        }
        await this.#refuseUnstarted(result, argv[0], folder, mark);
        return result;
      } finally {
        this.#running -= 1;
      }
    });

  readonly hasProgram = () => false;

  readonly close = async (): Promise<void> => {
    await this.#commands.close();
    await this.#container.remove();
    await removeTree(this.#folders.hostTemporary);
    await removeTree(this.#folders.hostControl);
  };

  /** Runs lines of bash and keeps the variables that they set or change. @throws {Error} when they fail */
  async activate(lines: string, signal: AbortSignal | undefined): Promise<void> {
    const options = { timeoutMs: ACTIVATION_TIMEOUT_MS, ...(signal ? { signal } : {}) };
    const before = await this.exec(['env', '-0'], options);
    const separator = `=${this.#identity}=`;
    const script = `{ ${lines}\n} >&2 || exit; printf '%s' '${separator}'; exec env -0`;
    const after = await this.exec(['bash', '-c', script], options);
    if (after.exitCode !== 0) throw new Error(`its set-up fails: ${after.stderr.trim()}`);
    const old = new Set(before.stdout.split('\0'));
    const set = after.stdout.slice(after.stdout.indexOf(separator) + separator.length).split('\0');
    const changed = set
      .filter((line) => line.includes('=') && !old.has(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
      .filter(([name]) => !PER_COMMAND.has(name));
    this.#activated = Object.fromEntries(changed);
  }

  /** Ends what is left of a command whose client is gone. Where the container is too full for that, all of it. */
  async #end(mark: string): Promise<void> {
    const { name } = this.#container;
    await forbidStart(this.#folders.hostControl, mark);
    const ended = await this.#engine.call(['exec', name, ...endScript(mark, this.#running === 1)], {
      timeoutMs: END_TIMEOUT_MS,
    });
    if (ended.stdout === endConfirmed(mark)) return;
    await this.#engine.call(['kill', name]);
    await this.#engine.call(['start', name]);
  }

  async #refuseUnstarted(
    { exitCode, stdout, stderr }: ExecResult,
    program: string,
    folder: string,
    mark: string,
  ): Promise<void> {
    if (stdout !== '' || exitCode === 0) return;
    if (stderr === mark) {
      throw new ToolError(`The folder ${folder} to run the command in cannot be entered.`);
    }
    const [, named, reason] =
      /^env: (?:can't execute )?['‘"]?(.*?)['’"]?: ([^\n:]*)\n$/.exec(stderr) ?? [];
    if ((exitCode === 127 || exitCode === 126) && named === program) {
      throw new ToolError(
        `The program ${program} could not be started (${reason}). Check its name, or use another program that does the same.`,
      );
    }
    if (!/^(Error response from daemon|Error:|OCI runtime)/i.test(stderr)) return;
    const state = await this.#engine.call([
      ...['container', 'inspect', '--format', '{{.State.Running}}', this.#container.name],
    ]);
    if (state.stdout.trim() === 'true') return;
    throw new ToolError('The container has ended, so no command can run in it any more.');
  }
}

/** Variables that differ from command to command. */
const PER_COMMAND = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', MARKER]);
