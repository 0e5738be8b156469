import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { messageOf, UsageError } from '../../errors.ts';

/** @throws {UsageError} when the file cannot be read */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`the file ${path} cannot be read (${messageOf(error)})`, { cause: error });
  }
}

/** @throws {UsageError} when the file cannot be read or is not JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** The values of a JSON Lines file; empty lines are left out. @throws {UsageError} naming the line */
export async function readJsonLines(path: string): Promise<unknown[]> {
  const text = await readText(path);
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

/** A YAML file whose scalars all stay text, so that a version `1.10` is no number. @throws {UsageError} */
export async function readYaml(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return parse(text, { schema: 'failsafe' });
  } catch (error) {
    throw new UsageError(`${path} is not YAML: ${messageOf(error)}`, { cause: error });
  }
}
