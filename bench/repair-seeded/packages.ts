import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placeFiles, runProgram } from '../repair/run-fix.ts';

const cache = fileURLToPath(new URL('../../.cache/bench-seeded', import.meta.url));
const TIMEOUT_MS = 300_000;

/** A published package with its own tests, fetched from its registry and never committed. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** The command that runs all tests. */
  readonly test: readonly string[];
  /** What a probe is run by; its source comes on the command line. */
  readonly probe: (code: string) => string[];
  /** Fetches and unpacks the package. @returns the folder of its files */
  readonly fetch: (folder: string) => Promise<string>;
}

async function mustRun(argv: readonly string[], cwd: string): Promise<void> {
  const { code, stdout } = await runProgram(argv, cwd, TIMEOUT_MS);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}\n${stdout}`);
}

function only(folder: string, pattern: RegExp): string {
  const found = readdirSync(folder).find((name) => pattern.test(name));
  if (found === undefined) throw new Error(`nothing like ${pattern} was fetched`);
  return join(folder, found);
}

const boltons: Package = {
  name: 'boltons',
  version: '26.2.0',
  test: ['python3', '-m', 'pytest', '-q', '-p', 'no:cacheprovider'],
  probe: (code) => ['python3', '-B', '-c', code],
  async fetch(folder) {
    const source = ['--no-deps', '--no-binary', ':all:', `boltons==${this.version}`];
    await mustRun(['python3', '-m', 'pip', 'download', '-q', '-d', folder, ...source], folder);
    await mustRun(['tar', '-xzf', only(folder, /\.tar\.gz$/), '--no-same-owner'], folder);
    return only(folder, /^boltons-[\d.]+$/);
  },
};

/** The tests ask for a helper that the package does not publish: numbers that are nearly equal. */
const APPROX = `var assert = require('assert');

exports.equal = function equal(a, b, epsilon) {
  if (typeof a !== 'number' || typeof b !== 'number' || isNaN(a) || isNaN(b)) {
    if (a === a || b === b) assert.equal(a, b);
    return;
  }
  var most = Math.max(Math.abs(a), Math.abs(b), 1e-6);
  assert.ok(a === b || Math.abs(a - b) < (epsilon || 0.0001) * most, a + ' ~= ' + b);
};

exports.deepEqual = function deepEqual(a, b) {
  if (!a || !b || typeof a !== 'object' || typeof b !== 'object') return exports.equal(a, b);
  if (Array.isArray(a) || Array.isArray(b)) assert.equal(a.length, b.length);
  Object.keys(b).forEach(function (key) {
    deepEqual(a[key], b[key]);
  });
};
`;

const PRINT =
  "const math = require('./index.js'); const print = (value) => console.log(require('node:util').inspect(value, { depth: 6, breakLength: Infinity }));";

const mathjs: Package = {
  name: 'mathjs',
  version: '1.7.1',
  test: ['npx', '--no-install', 'mocha', 'test', '--recursive'],
  probe: (code) => ['node', '-e', `${PRINT}\n${code}`],
  async fetch(folder) {
    const quiet = ['--silent', '--pack-destination', folder];
    await mustRun(['npm', 'pack', `mathjs@${this.version}`, ...quiet], folder);
    await mustRun(['tar', '-xzf', only(folder, /\.tgz$/), '--no-same-owner'], folder);
    const files = join(folder, 'package');
    const manifest = JSON.parse(readFileSync(join(files, 'package.json'), 'utf8'));
    const { name, version, license, main, dependencies } = manifest;
    const scripts = { test: 'mocha test --recursive' };
    placeFiles(files, {
      'package.json': `${JSON.stringify({ name, version, license, main, dependencies, scripts }, null, 2)}\n`,
      '.gitignore': 'node_modules/\n',
      'tools/approx.js': APPROX,
    });
    // Tests of the helper itself; and one that tells 0 from -0 otherwise than Node does today.
    rmSync(join(files, 'test/approx.test.js'));
    const complex = join(files, 'test/type/Complex.test.js');
    const text = readFileSync(complex, 'utf8');
    writeFileSync(complex, text.replace("it('should save polar", "it.skip('should save polar"));
    const wanted = ['mocha@11.7.5', 'underscore@1.13.7', 'seed-random@2.2.0', 'numbers@0.7.0'];
    const options = [
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    ];
    await mustRun(['npm', 'install', '--silent', ...options, ...wanted], files);
    return files;
  },
};

export const packages: readonly Package[] = [boltons, mathjs];

/** A copy of the package's files, without a history; fetched once. */
export async function copyOf(one: Package, folder: string): Promise<string> {
  const kept = join(cache, `${one.name}-${one.version}`);
  if (!existsSync(kept)) {
    const fetched = `${kept}.new`;
    rmSync(fetched, { recursive: true, force: true });
    mkdirSync(fetched, { recursive: true });
    renameSync(await one.fetch(fetched), kept);
    rmSync(fetched, { recursive: true, force: true });
  }
  cpSync(kept, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
}
