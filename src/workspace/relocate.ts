import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Files of a virtual environment that name its own place are small. */
const MAX_BYTES = 1024 * 1024;

/**
 * Points variables that lead into one folder to the same place in another: PATH and the like of an activated virtual
 * environment.
 */
export function relocateVariables(
  environment: Readonly<Record<string, string>>,
  from: string,
  to: string,
): Record<string, string> {
  const move = (path: string) =>
    path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.split(':').map(move).join(':'),
    ]),
  );
}

/**
 * A Python virtual environment holds its own absolute path in scripts and editable installs. In a copy that is not
 * seen at the original's path, those would run the original's interpreter and import the original's code.
 *
 * @param root folder of the copy; virtual environments directly inside of it are mended
 */
export function relocateVirtualEnvironments(root: string): void {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const folder = join(root, entry.name);
    if (!entry.isDirectory() || !existsSync(join(folder, 'pyvenv.cfg'))) continue;
    const oldRoot = recordedRoot(folder, entry.name);
    if (oldRoot === undefined || oldRoot === root) continue;
    for (const file of filesWithPaths(folder)) replaceIn(file, oldRoot, root);
  }
}

/** @returns where the environment's repository was when it was made */
function recordedRoot(folder: string, name: string): string | undefined {
  const activate = readSmall(join(folder, 'bin', 'activate'))?.toString('utf8') ?? '';
  const recorded = /^\s*VIRTUAL_ENV=(['"]?)(\/.*)\1\s*$/m.exec(activate)?.[2];
  return recorded?.endsWith(`/${name}`) ? recorded.slice(0, -name.length - 1) : undefined;
}

function filesWithPaths(folder: string): string[] {
  const inBin = list(join(folder, 'bin')).map((name) => join(folder, 'bin', name));
  const libraries = list(join(folder, 'lib')).map((name) =>
    join(folder, 'lib', name, 'site-packages'),
  );
  const editable = libraries.flatMap((packages) =>
    list(packages)
      .filter((name) => /\.(pth|egg-link)$|^__editable__.*\.py$/.test(name))
      .map((name) => join(packages, name)),
  );
  return [...inBin, ...editable];
}

function replaceIn(file: string, from: string, to: string): void {
  const content = readSmall(file);
  if (!content?.includes(from)) return;
  const { atime, mtime } = statSync(file);
  // One character a byte, so that other bytes stay as they are.
  const moved = content
    .toString('latin1')
    .replaceAll(latin1(`${from}/`), latin1(`${to}/`))
    .replace(new RegExp(`${escapeRegExp(latin1(from))}(?=["'\\r\\n]|$)`, 'g'), () => latin1(to));
  writeFileSync(file, moved, 'latin1');
  utimesSync(file, atime, mtime);
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function readSmall(file: string): Buffer | undefined {
  try {
    const info = lstatSync(file);
    return info.isFile() && info.size <= MAX_BYTES ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
