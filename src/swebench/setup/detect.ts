import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';

/** What a repository's own files tell about setting it up. */
export interface Detected {
  /** Shell lines, run in the repository. */
  readonly lines: readonly string[];
  /** Files that decided; their content is part of the environment's identity. */
  readonly files: readonly string[];
  /** Set when the lines need a virtual environment; `atLeast` as in `python_requires`. */
  readonly python?: { readonly atLeast?: string | undefined };
}

/** Finds out how to install what a repository's tests need, from lockfiles first and from metadata then. */
export function detectSetup(root: string): Detected {
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  const names = readdirSync(root);
  const javascript = detectJavaScript(names);
  const python = detectPython(names, read);
  return {
    lines: [...(python?.lines ?? []), ...(javascript?.lines ?? [])],
    files: [...(python?.files ?? []), ...(javascript?.files ?? [])],
    ...(python ? { python: { atLeast: python.atLeast } } : {}),
  };
}

const LOCKS = [
  {
    file: 'package-lock.json',
    line: 'npm ci --no-audit --no-fund || npm install --no-audit --no-fund --legacy-peer-deps',
  },
  {
    file: 'npm-shrinkwrap.json',
    line: 'npm ci --no-audit --no-fund || npm install --no-audit --no-fund --legacy-peer-deps',
  },
  { file: 'pnpm-lock.yaml', line: 'npx --yes pnpm@8 install --frozen-lockfile' },
  { file: 'yarn.lock', line: 'npx --yes yarn@1 install --frozen-lockfile --ignore-engines' },
];

function detectJavaScript(names: readonly string[]) {
  if (!names.includes('package.json')) return undefined;
  const lock = LOCKS.find(({ file }) => names.includes(file));
  const line = lock?.line ?? 'npm install --no-audit --no-fund --legacy-peer-deps';
  return { lines: [line], files: ['package.json', ...(lock ? [lock.file] : [])] };
}

const METADATA = ['pyproject.toml', 'setup.cfg', 'setup.py', 'tox.ini'];
const REQUIREMENTS =
  /^(dev|test|tests|testing)?[-_]?requirements[-_]?(dev|test|tests|test_min|testing)?\.txt$/;
const INSTALL = 'python -m pip install --quiet --no-build-isolation';
const EXTRAS = ['dev', 'test', 'tests', 'testing'];

function detectPython(names: readonly string[], read: (name: string) => string) {
  const metadata = METADATA.filter((name) => names.includes(name));
  if (!metadata.some((name) => name !== 'tox.ini')) return undefined;
  const requirements = names.filter((name) => REQUIREMENTS.test(name)).sort();
  const text = metadata.map(read).join('\n');
  const extras = EXTRAS.filter((name) =>
    new RegExp(`(^|["'\\s])${name}["']?\\s*[:=]`, 'm').test(text),
  );
  const backend = names.includes('pyproject.toml') ? buildRequirements(read('pyproject.toml')) : [];
  const quoted = backend.map((requirement) => `'${requirement.replaceAll("'", '"')}'`);
  const [, atLeast] = /requires[-_]python\s*=\s*["']?\s*>=\s*(3\.\d+)/.exec(text) ??
    /python_requires\s*=\s*["']?\s*>=\s*(3\.\d+)/.exec(text) ?? [undefined, undefined];
  return {
    atLeast,
    files: [...metadata, ...requirements],
    lines: [
      'python -m pip install --quiet --upgrade pip wheel',
      ...(quoted.length > 0 ? [`python -m pip install --quiet ${quoted.join(' ')} || true`] : []),
      // Builds editable packages without isolation, which is how they are built again without network.
      "python -m pip install --quiet 'setuptools>=64,<80' || true",
      ...requirements.map((name) => `python -m pip install --quiet -r ${name} || true`),
      ...extras.map((name) => `${INSTALL} -e '.[${name}]' || true`),
      `${INSTALL} -e . || python -m pip install --quiet .`,
      'python -c "import pytest" 2>/dev/null || python -m pip install --quiet pytest',
    ],
  };
}

/** `[build-system] requires`: installed beforehand, so that the package can be built again without network. */
function buildRequirements(toml: string): string[] {
  try {
    const { 'build-system': build } = parseToml(toml) as {
      'build-system'?: { requires?: unknown };
    };
    const { requires } = build ?? {};
    return Array.isArray(requires) ? requires.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}
