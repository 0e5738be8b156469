import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Programs that were found, by name and search path. */
const found = new Set<string>();

/**
 * Whether a program can surely be started by the system itself.
 *
 * @param path absolute folders to look in for a name without `/`, as in the variable PATH
 */
export function isProgram(name: string, path: string): boolean {
  const key = `${name}\0${path}`;
  if (found.has(key)) return true;
  const places = name.includes('/') ? [name] : path.split(delimiter).map((dir) => join(dir, name));
  const first = places.find((place) => isAbsolute(place) && isExecutable(place));
  const isThere = first !== undefined && isBinaryOrScript(first);
  // What is named by its path may be the repository's own and change.
  if (isThere && !name.includes('/')) found.add(key);
  return isThere;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const [ELF, SHEBANG] = ['\x7fEL', '#!'];

/** Other text is run by shells only, which read it themselves when the system refuses it. */
function isBinaryOrScript(file: string): boolean {
  if (process.platform !== 'linux') return true;
  const start = Buffer.alloc(3);
  try {
    const fd = openSync(file, 'r');
    readSync(fd, start, 0, start.length, 0);
    closeSync(fd);
  } catch {
    // It may be started and not read.
    return false;
  }
  const text = start.toString('latin1');
  return text === ELF || text.startsWith(SHEBANG);
}
