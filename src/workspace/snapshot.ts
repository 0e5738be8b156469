import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { git, ownGit } from './git.ts';
import { RAW_ATTRIBUTES } from './own-git.ts';
import { binaryAttributes } from './patch-bytes.ts';
import { presence, removeEntry } from './tree-entries.ts';

export interface ChangedFile {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted';
}

/** Names git refuses in a tree on some system; a patch with one of them could not be applied. */
const REFUSED_NAME = /(^|\/)(\.git|git~1)[. ]*(:.*)?(\/|$)/i;

/**
 * A git directory outside the workspace that watches its working tree. The agent can write into the workspace's own
 * `.git`, so git never runs there on the host; here nobody else writes, and every byte counts: no conversion, filter
 * or configuration of the tree is followed.
 */
export class Snapshots {
  readonly gitDir: string;
  private readonly workTree: string;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(gitDir: string, workTree: string) {
    this.gitDir = gitDir;
    this.workTree = workTree;
  }

  /**
   * Records the starting tree.
   *
   * @param paths regular files and links of the working tree that belong to it
   * @returns its tree id
   */
  async start(paths: readonly string[]): Promise<string> {
    await this.add(paths);
    return (await this.git(['write-tree'])).trim();
  }

  /** @returns the patch from `tree` to the working tree as it is now, byte by byte; empty when nothing changed */
  patch(tree: string): Promise<string> {
    return this.inTurn(async () => {
      await this.update();
      const patch = await this.diff(tree);
      if (isUtf8(patch) && !patch.includes(0)) return patch.toString('utf8');
      const attributes = join(this.gitDir, 'info', 'attributes');
      await writeFile(attributes, RAW_ATTRIBUTES + binaryAttributes(patch), 'latin1');
      try {
        return (await this.diff(tree)).toString('utf8');
      } finally {
        await writeFile(attributes, RAW_ATTRIBUTES);
      }
    });
  }

  changedFiles(tree: string): Promise<ChangedFile[]> {
    return this.inTurn(async () => {
      await this.update();
      return this.changes(tree);
    });
  }

  /**
   * Puts the paths that changed since `tree` back, in a folder that is a copy of the working tree.
   *
   * @param target absolute; files outside of it are never touched
   */
  restore(tree: string, target: string): Promise<void> {
    return this.inTurn(async () => {
      await this.update();
      const changes = await this.changes(tree);
      if (changes.length === 0) return;
      const index = join(this.gitDir, `index-${randomBytes(6).toString('hex')}`);
      try {
        for (const { path } of changes) await removeEntry(target, path);
        const env = { GIT_INDEX_FILE: index };
        await this.git(['read-tree', tree], { env });
        const wanted = changes.filter(({ status }) => status !== 'added').map(({ path }) => path);
        if (wanted.length === 0) return;
        await this.git(['checkout-index', '-f', '-z', '--stdin', `--prefix=${target}/`], {
          env,
          input: wanted.map((path) => `${path}\0`).join(''),
        });
      } finally {
        await rm(index, { force: true });
      }
    });
  }

  /**
   * Writes the index another repository with the same working tree needs to have `tree` as its HEAD.
   *
   * @param tree when it is the starting tree, the index also knows the files' times, so that git need not read them
   */
  async writeIndex(tree: string, startingTree: string, file: string): Promise<void> {
    const index = join(this.gitDir, 'index');
    if (tree === startingTree && existsSync(index)) await copyFile(index, file);
    else await this.git(['read-tree', tree], { env: { GIT_INDEX_FILE: file } });
  }

  /** @returns files and folders that are in no tree and not ignored, folders without what is in them */
  untracked(): Promise<string[]> {
    return this.inTurn(async () => {
      const options = ['-z', '--others', '--exclude-standard', '--directory'];
      const listed = await this.git(['ls-files', ...options]);
      return listed.split('\0').flatMap((path) => (path === '' ? [] : [path.replace(/\/$/, '')]));
    });
  }

  private async update(): Promise<void> {
    const listed = await this.git([
      'ls-files',
      '-z',
      '--modified',
      '--deleted',
      '--others',
      '--exclude-standard',
    ]);
    const paths = new Set(listed.split('\0').filter(Boolean));
    const nested = [...paths].filter((path) => path.endsWith('/'));
    const found = await Promise.all(nested.map((folder) => this.filesOfNested(folder)));
    await this.add([...[...paths].filter((path) => !path.endsWith('/')), ...found.flat()]);
  }

  /** Files of a repository that was made inside the working tree; they count like any others. */
  private async filesOfNested(folder: string): Promise<string[]> {
    const listed = await this.git(['ls-files', '-z', '--others', '--exclude-standard'], {
      cwd: join(this.workTree, folder),
      env: {
        GIT_WORK_TREE: join(this.workTree, folder),
        GIT_INDEX_FILE: join(this.gitDir, 'no-index'),
      },
    });
    const names = listed.split('\0').filter(Boolean);
    const deeper = await Promise.all(
      names.filter((name) => name.endsWith('/')).map((name) => this.filesOfNested(folder + name)),
    );
    return [
      ...names.filter((name) => !name.endsWith('/')).map((name) => folder + name),
      ...deeper.flat(),
    ];
  }

  /** Brings the index up to date for some paths, whatever lies there now. */
  private async add(paths: readonly string[]): Promise<void> {
    const wanted = paths.filter((path) => !REFUSED_NAME.test(path));
    const isPresent = presence(this.workTree);
    const present = wanted.filter(isPresent);
    const gone = wanted.filter((path) => !isPresent(path));
    await this.updateIndex(['--force-remove'], gone);
    await this.updateIndex(['--add', '--remove', '--replace'], present);
  }

  /** One file that cannot be read must not cost the patch: it is left as it was. */
  private async updateIndex(options: readonly string[], paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    try {
      await this.git(['update-index', '-z', ...options, '--stdin'], {
        input: paths.map((path) => `${path}\0`).join(''),
      });
    } catch (error) {
      if (/index\.lock|No space left/.test(messageOf(error))) throw error;
      if (paths.length === 1) return;
      const middle = Math.ceil(paths.length / 2);
      await this.updateIndex(options, paths.slice(0, middle));
      await this.updateIndex(options, paths.slice(middle));
    }
  }

  private async changes(tree: string): Promise<ChangedFile[]> {
    const listed = await this.git([
      'diff-index',
      '--cached',
      '--no-renames',
      '--name-status',
      '-z',
      tree,
    ]);
    const fields = listed.split('\0');
    const files: ChangedFile[] = [];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [letter, path] = [fields[at], fields[at + 1]];
      const status = letter === 'A' ? 'added' : letter === 'D' ? 'deleted' : 'modified';
      if (path) files.push({ path, status });
    }
    return files;
  }

  private async diff(tree: string): Promise<Buffer> {
    const file = join(this.gitDir, `patch-${randomBytes(6).toString('hex')}`);
    try {
      await this.git([
        ...['diff-index', '--cached', '--patch', '--binary', '--full-index', '--no-renames'],
        ...['--no-ext-diff', '--no-textconv', '--no-color', '--src-prefix=a/', '--dst-prefix=b/'],
        ...[`--output=${file}`, tree],
      ]);
      return await readFile(file);
    } finally {
      await rm(file, { force: true });
    }
  }

  private git(
    args: string[],
    options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
  ): Promise<string> {
    return git(args, {
      cwd: options.cwd ?? this.workTree,
      env: { ...ownGit(this.gitDir, this.workTree), ...options.env },
      config: [
        'core.attributesFile=/dev/null',
        'core.excludesFile=/dev/null',
        'core.quotePath=true',
      ],
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  }

  /** One at a time: they share the index. */
  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.queue.then(task);
    this.queue = result.catch(() => undefined);
    return result;
  }
}
