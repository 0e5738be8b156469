import { readFile } from 'node:fs/promises';
import { messageOf, UsageError } from '../../errors.ts';

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`the file ${path} cannot be read (${messageOf(error)})`, { cause: error });
  }
}

/** @throws {UsageError} when the file cannot be read or is not JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await read(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** The values of a JSON Lines file; empty lines are left out. @throws {UsageError} naming the line */
export async function readJsonLines(path: string): Promise<unknown[]> {
  const text = await read(path);
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new UsageError(`${path}, line ${at + 1} is not JSON: ${messageOf(error)}`, {
        cause: error,
      });
    }
  });
}
