import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Checkout } from './checkout.ts';
import { isGitUrl } from './clone.ts';
import { copyTree } from './copy-tree.ts';
import { type OpenPlace, openWorkspace, type SandboxKind } from './open.ts';
import { copyRepository, type RepositoryCopy } from './repository.ts';
import { openScratch, removeTree, type Scratch } from './scratch.ts';
import type { Workspace } from './workspace.ts';

export interface CheckoutOptions {
  /** A folder inside of a repository, relative to `cwd` or absolute, or a git URL. */
  readonly source: string;
  readonly cwd: string;
  readonly base?: string | undefined;
  /** With a base: the files are those of the working tree all the same; only the history ends at the base. */
  readonly keepWorkingTree?: boolean | undefined;
  /** A local source that is not the top of a repository is taken as a folder of its own: its content is the base. */
  readonly allowPlainFolder?: boolean | undefined;
  readonly sandbox: SandboxKind | OpenPlace;
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: (text: string) => void;
  /** Where sandboxed commands see the copy; default the original's own path. */
  readonly root?: string | undefined;
  /** Installs what the repository needs before the agent sees the copy; nothing it leaves there is part of the patch. */
  readonly prepare?: ((place: PreparePlace) => Promise<Prepared>) | undefined;
}

/** What a preparation may fill. */
export interface PreparePlace {
  /** The copy of the repository. */
  readonly hostRoot: string;
  /** Where commands see it. */
  readonly root: string;
  readonly hostScratch: string;
}

export interface Prepared {
  /** Variables for every command. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders of the scratch folder that further copies of the repository need as well. */
  readonly folders: readonly string[];
}

const NOTHING_PREPARED: Prepared = { env: {}, folders: [] };

/**
 * Makes the agent's own copy of a repository in a temporary folder and opens a workspace on it.
 *
 * @throws {UsageError} when there is nothing to start from
 */
export async function openCheckout(options: CheckoutOptions): Promise<Checkout> {
  const { sandbox, cwd, prepare, ...rest } = options;
  const source = isGitUrl(options.source) ? options.source : resolve(cwd, options.source);
  const scratch = await openScratch();
  try {
    const copy = await copyRepository({ ...rest, source, dir: join(scratch.dir, 'repository') });
    const root = options.root ?? copy.root;
    const hostScratch = scratchFolder(scratch, 'run');
    await mkdir(hostScratch, { recursive: true });
    const prepared = await prepare?.({ hostRoot: copy.hostRoot, root, hostScratch });
    if (prepared) await copy.leaveOutUntracked();
    return await checkoutOf({
      copy,
      root,
      scratch,
      place: sandbox,
      prepared: prepared ?? NOTHING_PREPARED,
    });
  } catch (error) {
    await scratch.close();
    throw error;
  }
}

function scratchFolder({ dir }: Scratch, name: string): string {
  return join(dir, `scratch-${name}`);
}

interface Opening {
  readonly copy: RepositoryCopy;
  readonly root: string;
  readonly scratch: Scratch;
  readonly place: SandboxKind | OpenPlace;
  readonly prepared: Prepared;
}

async function checkoutOf({ copy, root, scratch, place, prepared }: Opening): Promise<Checkout> {
  const open = async (hostRoot: string, name: string): Promise<Workspace> => {
    const hostScratch = scratchFolder(scratch, name);
    await mkdir(hostScratch, { recursive: true });
    const where = { hostRoot, root, hostScratch };
    const opened =
      typeof place === 'function' ? await place(where) : openWorkspace({ kind: place, ...where });
    return withVariables(opened, prepared.env);
  };
  const watched = watchChanges(await open(copy.hostRoot, 'run'));
  const { workspace } = watched;
  const copies = new Set<Workspace>();
  let made = 0;
  const closeAll = () => Promise.all([workspace, ...copies].map((opened) => opened.close()));
  return {
    workspace,
    source: copy.source,
    baseCommit: copy.baseCommit,
    baseTree: copy.baseTree,
    dirty: copy.dirty,
    patch: watched.rememberPatch(() => copy.patch()),
    async copy(tree) {
      const name = `copy-${++made}`;
      const hostRoot = join(scratch.dir, name, basename(copy.hostRoot));
      await copy.materialise(hostRoot, tree);
      for (const folder of prepared.folders) {
        const to = join(scratchFolder(scratch, name), folder);
        await mkdir(to, { recursive: true });
        await copyTree({ from: join(workspace.hostScratch, folder), to, leaveOut: () => false });
      }
      const opened = await open(hostRoot, name);
      copies.add(opened);
      return {
        ...opened,
        async close() {
          copies.delete(opened);
          await opened.close();
          await removeTree(join(scratch.dir, name));
          await removeTree(opened.hostScratch);
        },
      };
    },
    async close() {
      await closeAll();
      await scratch.close();
    },
    async keep() {
      await closeAll();
      await scratch.keep();
    },
  };
}

/** A workspace whose commands get variables besides their own. */
function withVariables(
  workspace: Workspace,
  variables: Readonly<Record<string, string>>,
): Workspace {
  if (Object.keys(variables).length === 0) return workspace;
  return {
    ...workspace,
    exec: (argv, options) =>
      workspace.exec(argv, { ...options, env: { ...variables, ...options.env } }),
  };
}

/** A process that outlived its command, which is next to impossible, may change the tree unseen; not for longer. */
const PATCH_LASTS_MS = 1_000;

/** Counts what may change the tree. */
function watchChanges(opened: Workspace) {
  let changes = 0;
  let running = 0;
  let known: { changes: number; at: number; patch: Promise<string> } | undefined;
  const during = async <T>(change: () => Promise<T>): Promise<T> => {
    running += 1;
    try {
      return await change();
    } finally {
      running -= 1;
      changes += 1;
    }
  };
  const workspace: Workspace = {
    ...opened,
    exec: (argv, options) => during(() => opened.exec(argv, options)),
    writeFile: (path, content) => during(() => opened.writeFile(path, content)),
    removeFile: (path) => during(() => opened.removeFile(path)),
  };
  return {
    workspace,
    /** Reading a patch takes several runs of git; when nothing has changed, the last one is given. */
    rememberPatch: (read: () => Promise<string>) => (): Promise<string> => {
      if (running > 0) return read();
      const at = performance.now();
      if (known?.changes === changes && at - known.at < PATCH_LASTS_MS) return known.patch;
      const patch = read();
      known = { changes, at, patch };
      patch.catch(() => {
        known = undefined;
      });
      return patch;
    },
  };
}
