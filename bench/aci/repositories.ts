import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A real source distribution of PyPI, with the places in it that the steps use. */
export interface BenchRepository {
  readonly name: string;
  readonly version: string;
  /** A long Python file: viewed and edited. */
  readonly file: string;
  /** A line of it that stands there once, and a good and a broken replacement. */
  readonly line: string;
  readonly good: string;
  readonly broken: string;
  /** A file of usual length, for the semantic check. */
  readonly typical: { readonly file: string; readonly line: string; readonly good: string };
  readonly text: string;
  readonly symbol: string;
}

export const REPOSITORIES: readonly BenchRepository[] = [
  {
    name: 'Django',
    version: '4.2.16',
    file: 'django/db/models/query.py',
    line: '        self._iterable_class = ModelIterable',
    good: '        self._iterable_class = (ModelIterable)',
    broken: '        self._iterable_class = (ModelIterable',
    typical: {
      file: 'django/forms/boundfield.py',
      line: '        self.form = form',
      good: '        self.form = (form)',
    },
    text: 'class QuerySet',
    symbol: 'ValuesIterable',
  },
  {
    name: 'ansible',
    version: '2.9.27',
    file: 'lib/ansible/module_utils/basic.py',
    line: '        self.no_log = no_log',
    good: '        self.no_log = (no_log)',
    broken: '        self.no_log = (no_log',
    typical: {
      file: 'lib/ansible/playbook/role/definition.py',
      line: '        self._play = play',
      good: '        self._play = (play)',
    },
    text: 'class AnsibleModule',
    symbol: 'ActionBase',
  },
];

/** Downloads and unpacks a source distribution once. @returns its folder */
export function fetchRepository(
  cache: string,
  { name, version }: Pick<BenchRepository, 'name' | 'version'>,
): string {
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const spec = `${name}==${version}`;
  execFileSync('python3', [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--no-binary',
    ':all:',
    spec,
    '-d',
    cache,
  ]);
  const archive = readdirSync(cache).find(
    (file) => file.toLowerCase() === `${name}-${version}.tar.gz`.toLowerCase(),
  );
  if (!archive) throw new Error(`pip download did not leave ${name}-${version}.tar.gz`);
  execFileSync('tar', ['-xzf', archive], { cwd: cache });
  rmSync(join(cache, archive));
  return folder;
}

/** The peers, installed once into an environment of their own. @returns its Python */
export function fetchPeers(cache: string): string {
  const venv = join(cache, 'venv');
  const python = join(venv, 'bin', 'python');
  if (!existsSync(join(venv, 'bin', 'mini'))) {
    execFileSync('python3', ['-m', 'venv', '--clear', venv]);
    const packages = ['mini-swe-agent==2.4.6', 'swe-rex==1.4.0'];
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
  }
  return python;
}
