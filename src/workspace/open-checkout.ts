import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Checkout } from './checkout.ts';
import { isGitUrl } from './clone.ts';
import { openWorkspace, type SandboxKind } from './open.ts';
import { copyRepository, type RepositoryCopy } from './repository.ts';
import { openScratch, removeTree, type Scratch } from './scratch.ts';
import type { Workspace } from './workspace.ts';

export interface CheckoutOptions {
  /** A folder inside of a repository, relative to `cwd` or absolute, or a git URL. */
  readonly source: string;
  readonly cwd: string;
  readonly base?: string | undefined;
  readonly sandbox: SandboxKind;
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: (text: string) => void;
}

/**
 * Makes the agent's own copy of a repository in a temporary folder and opens a workspace on it.
 *
 * @throws {UsageError} when there is nothing to start from
 */
export async function openCheckout(options: CheckoutOptions): Promise<Checkout> {
  const { sandbox, cwd, ...rest } = options;
  const source = isGitUrl(options.source) ? options.source : resolve(cwd, options.source);
  const scratch = await openScratch();
  try {
    const copy = await copyRepository({ ...rest, source, dir: join(scratch.dir, 'repository') });
    return await checkoutOf(copy, scratch, sandbox);
  } catch (error) {
    await scratch.close();
    throw error;
  }
}

async function checkoutOf(
  copy: RepositoryCopy,
  scratch: Scratch,
  kind: SandboxKind,
): Promise<Checkout> {
  const open = async (hostRoot: string, name: string): Promise<Workspace> => {
    const hostScratch = join(scratch.dir, `scratch-${name}`);
    await mkdir(hostScratch, { recursive: true });
    return openWorkspace({ kind, hostRoot, root: copy.root, hostScratch });
  };
  const workspace = await open(copy.hostRoot, 'run');
  const copies = new Set<Workspace>();
  let made = 0;
  const closeAll = () => Promise.all([workspace, ...copies].map((opened) => opened.close()));
  return {
    workspace,
    source: copy.source,
    baseCommit: copy.baseCommit,
    baseTree: copy.baseTree,
    dirty: copy.dirty,
    patch: () => copy.patch(),
    async copy(tree) {
      const name = `copy-${++made}`;
      const hostRoot = join(scratch.dir, name, basename(copy.hostRoot));
      await copy.materialise(hostRoot, tree);
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
