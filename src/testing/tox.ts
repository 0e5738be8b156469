import { splitCommandLine } from './command-line.ts';
import type { Project } from './project.ts';

/** What tox's own call of pytest adds to it. */
export interface ToxPytest {
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Lets the variables of our hooks into tox's environments; tox 4 reads the first, tox 3 the second. */
export const TOX_HOOKS: Readonly<Record<string, string>> = {
  TOX_OVERRIDE: 'testenv.pass_env+=PYTHONPATH,PATCHWRIGHT_*,PYTHONDONTWRITEBYTECODE',
  TOX_TESTENV_PASSENV: 'PYTHONPATH PATCHWRIGHT_* PYTHONDONTWRITEBYTECODE',
};

/**
 * Options and variables of the pytest call in `[testenv]` of tox.ini. Paths in it select tests and are left out, as
 * is anything with a substitution of tox that has no default.
 */
export async function toxPytest(project: Project): Promise<ToxPytest> {
  const section = testenvOf((await project.read('tox.ini')) ?? '');
  const call = valuesOf(section, 'commands')
    .map(pytestArguments)
    .find((words) => words !== null);
  const env: Record<string, string> = {};
  for (const line of valuesOf(section, 'setenv|set_env')) {
    const match = /^(\w+)\s*=\s*(.*)$/.exec(line);
    if (match?.[1] && !/[{}]/.test(match[2] ?? '') && match[1] !== 'PYTHONPATH') {
      env[match[1]] = match[2] ?? '';
    }
  }
  return { options: pytestOptions(call ?? [], (path) => isPath(project, path)), env };
}

/** Words after `pytest` of one line of `commands`, with the defaults of `{posargs:...}`. */
function pytestArguments(line: string): readonly string[] | null {
  const plain = line.replace(/^-\s*/, '').replace(/\{posargs:?([^{}]*)\}/g, '$1');
  const words = splitCommandLine(plain)?.[0]?.words ?? [];
  const at = words.findIndex((word) => /^(?:pytest|py\.test)$/.test(word));
  return at < 0 ? null : words.slice(at + 1);
}

const WITH_VALUE = new Set(['-m', '-k', '-p', '-c', '-o', '-W']);
const UNWANTED = /^(?:--cov.*|--junit.*|-n.*|--numprocesses.*|--tb.*|--color.*)$/;

/** Options that surely stand for themselves: others may belong to a word that is not taken over. */
function pytestOptions(words: readonly string[], isPath: (word: string) => boolean): string[] {
  const options: string[] = [];
  words.forEach((word, index) => {
    const next = words[index + 1];
    if (/[{}]/.test(word) || UNWANTED.test(word) || !word.startsWith('-')) return;
    if (WITH_VALUE.has(word)) {
      if (next !== undefined && !/[{}]/.test(next)) options.push(word, next);
    } else if (/^--[\w-]+=|^-[qvsxl]+$/.test(word)) options.push(word);
    else if (next === undefined || next.startsWith('-') || isPath(next)) options.push(word);
  });
  return options;
}

function isPath(project: Project, word: string): boolean {
  const path = word.replace(/\/$/, '');
  return project.has(path) || project.files.some((file) => file.startsWith(`${path}/`));
}

function testenvOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.trim() === '[testenv]');
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('['));
  return end < 0 ? rest : rest.slice(0, end);
}

/** Lines of a key, which may go on over several indented lines. */
function valuesOf(section: readonly string[], key: string): string[] {
  const start = section.findIndex((line) => new RegExp(`^(?:${key})\\s*=`).test(line));
  if (start < 0) return [];
  const values = [(section[start] ?? '').replace(/^[^=]*=/, '')];
  for (const line of section.slice(start + 1)) {
    if (/^\S/.test(line) && !line.startsWith('#')) break;
    values.push(line);
  }
  return values.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}
