import { posix } from 'node:path';
import { listFiles } from '../../src/search/ripgrep.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { sizeText } from './binary.ts';

/** Lines of a tree; deeper folders are folded until it fits. */
const MAX_ROWS = 150;
/** Entries of one folder that are named. */
const MAX_PER_FOLDER = 60;
const MAX_DEPTH = 3;

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: string[];
  /** Files in it and below. */
  count: number;
}

/** A folder as a tree: sizes of files, number of files in folded folders; what git ignores is left out. */
export async function folderTree(
  workspace: Workspace,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const files = await listFiles(workspace, path, { signal });
  const prefix = path === '.' ? '' : `${path}/`;
  const root = build(files.map((file) => file.slice(prefix.length)));
  const depth = depthThatFits(root);
  const rows: string[] = [];
  await render(root, { workspace, prefix, indent: '', depth, rows });
  const cut = rows.length > MAX_ROWS ? rows.length - MAX_ROWS : 0;
  const shown = rows.slice(0, MAX_ROWS).join('\n');
  const title = `[${path === '.' ? 'The repository' : `${path}/`}: ${root.count} file${root.count === 1 ? '' : 's'}; ignored files left out]`;
  if (root.count === 0) return `${title}\n(nothing here that git does not ignore)`;
  const hints = [
    cut > 0 ? `${cut} more lines left out.` : '',
    cut > 0 || /\/ \(\d+ files?\)$/m.test(shown)
      ? 'View a folder to see more of it, or use `find_file`.'
      : '',
  ].filter(Boolean);
  return `${title}\n${shown}${hints.length > 0 ? `\n[${hints.join(' ')}]` : ''}`;
}

function build(paths: readonly string[]): Folder {
  const root = newFolder();
  for (const path of paths) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = root;
    folder.count++;
    for (const part of parts) {
      let next = folder.folders.get(part);
      if (!next) {
        next = newFolder();
        folder.folders.set(part, next);
      }
      folder = next;
      folder.count++;
    }
    folder.files.push(name);
  }
  return root;
}

function newFolder(): Folder {
  return { folders: new Map(), files: [], count: 0 };
}

function depthThatFits(root: Folder): number {
  let depth = 1;
  while (depth < MAX_DEPTH && rowsAt(root, depth + 1) <= MAX_ROWS) depth++;
  return depth;
}

function rowsAt(folder: Folder, depth: number): number {
  let rows = Math.min(folder.files.length, MAX_PER_FOLDER + 1) + folder.folders.size;
  if (depth > 1) for (const inner of folder.folders.values()) rows += rowsAt(inner, depth - 1);
  return rows;
}

interface Rendering {
  readonly workspace: Workspace;
  readonly prefix: string;
  readonly indent: string;
  readonly depth: number;
  readonly rows: string[];
}

async function render(folder: Folder, to: Rendering): Promise<void> {
  const folders = [...folder.folders].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, inner] of folders) {
    if (to.depth <= 1) {
      to.rows.push(`${to.indent}${name}/ (${inner.count} file${inner.count === 1 ? '' : 's'})`);
      continue;
    }
    to.rows.push(`${to.indent}${name}/`);
    await render(inner, {
      ...to,
      prefix: `${to.prefix}${name}/`,
      indent: `${to.indent}  `,
      depth: to.depth - 1,
    });
  }
  const room = Math.max(0, MAX_ROWS - to.rows.length);
  for (const name of folder.files.slice(0, Math.min(MAX_PER_FOLDER, room))) {
    const stat = await to.workspace.stat(posix.join(to.prefix, name)).catch(() => null);
    to.rows.push(`${to.indent}${name}${stat ? ` ${sizeText(stat.size)}` : ''}`);
  }
  const hidden = folder.files.length - Math.min(MAX_PER_FOLDER, room);
  if (hidden > 0) to.rows.push(`${to.indent}(${hidden} more files)`);
}
