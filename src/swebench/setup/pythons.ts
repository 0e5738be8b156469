import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** An installed interpreter. */
export interface Python {
  /** `3.9`. */
  readonly version: string;
  readonly path: string;
}

/** Month of each release, as `year * 12 + month`. */
const RELEASED: Readonly<Record<string, number>> = {
  '3.6': 2016 * 12 + 12,
  '3.7': 2018 * 12 + 6,
  '3.8': 2019 * 12 + 10,
  '3.9': 2020 * 12 + 10,
  '3.10': 2021 * 12 + 10,
  '3.11': 2022 * 12 + 10,
  '3.12': 2023 * 12 + 10,
  '3.13': 2024 * 12 + 10,
  '3.14': 2025 * 12 + 10,
};
/** How long after a release most repositories run on it. */
const MONTHS_TO_SETTLE = 10;

const minor = (version: string) => Number(version.split('.')[1]);

/** Interpreters of pyenv and on PATH, the oldest first, one of each minor version. */
export function findPythons(env: Readonly<Record<string, string | undefined>>): Python[] {
  const found = new Map<string, string>();
  const pyenv = join(env.PYENV_ROOT || join(env.HOME ?? '/', '.pyenv'), 'versions');
  for (const name of existsSync(pyenv) ? readdirSync(pyenv) : []) {
    const [, version] = /^(3\.\d+)\.\d+$/.exec(name) ?? [];
    const path = join(pyenv, name, 'bin', 'python');
    if (version !== undefined && existsSync(path)) found.set(version, path);
  }
  for (const folder of (env.PATH ?? '').split(':')) {
    // A shim starts whatever its own configuration says.
    if (folder === '' || folder.endsWith('/shims')) continue;
    for (const version of Object.keys(RELEASED)) {
      const path = join(folder, `python${version}`);
      if (!found.has(version) && existsSync(path)) found.set(version, path);
    }
  }
  return [...found]
    .map(([version, path]) => ({ version, path }))
    .sort((a, b) => minor(a.version) - minor(b.version));
}

export interface PythonWish {
  /** When the code was written: the version that was usual then is taken. */
  readonly date: Date;
  /** What the project's metadata demands at least, `3.7`. */
  readonly atLeast?: string | undefined;
}

/** The interpreter that most likely runs code of a date, or undefined when none is installed. */
export function choosePython(
  pythons: readonly Python[],
  { date, atLeast }: PythonWish,
): Python | undefined {
  const allowed = pythons.filter(
    ({ version }) => atLeast === undefined || minor(version) >= minor(atLeast),
  );
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + 1;
  const settled = allowed.filter(
    ({ version }) => (RELEASED[version] ?? 0) + MONTHS_TO_SETTLE <= month,
  );
  return settled.at(-1) ?? allowed[0];
}

/** Releases that broke much of what was written before them. */
const BREAKING = [
  { constraint: 'pytest<8', since: Date.UTC(2024, 0, 27) },
  { constraint: 'numpy<2', since: Date.UTC(2024, 5, 16) },
];

/** pip's constraints for code of a date. */
export function constraintsAt(date: Date): string[] {
  return BREAKING.filter(({ since }) => date.getTime() < since).map(({ constraint }) => constraint);
}
