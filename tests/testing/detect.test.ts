import { afterEach, describe, expect, it } from 'vitest';
import { detectRunner } from '../../src/testing/detect.ts';
import type { ProjectFiles } from './projects.ts';
import { openTestProject, type TestProject, testVenv } from './support.ts';

let project: TestProject;
afterEach(() => project.close());

function detect(files: ProjectFiles, links: Readonly<Record<string, string>> = {}) {
  project = openTestProject(files, { links });
  return detectRunner(project.workspace);
}

const script = (test: string, more: object = {}) => ({
  'package.json': JSON.stringify({ scripts: { test, ...more } }),
  'test/a.test.js': '',
});
const bin = (name: string) => ({ [`node_modules/.bin/${name}`]: '' });

describe('detectRunner', () => {
  it.each([
    [
      'mocha --require ts-node/register test/*.test.js',
      'mocha',
      ['--require', 'ts-node/register', 'test/*.test.js'],
    ],
    ['eslint . && nyc --reporter=text mocha', 'mocha', []],
    ['cross-env NODE_ENV=test jest --coverage --watch', 'jest', []],
    ['npx jest -c jest.config.js', 'jest', ['-c', 'jest.config.js']],
    ['npm run unit', 'jest', ['--silent']],
    ['vitest run --coverage', 'vitest', ['run']],
    ['vitest', 'vitest', ['run']],
    ['c8 node --test', 'node:test', ['--test']],
    [
      'node --experimental-vm-modules node_modules/.bin/jest',
      'jest',
      ['--experimental-vm-modules', 'node_modules/.bin/jest'],
    ],
  ])('takes %j apart', async (line, name, args) => {
    const runner = await detect({
      ...script(line, { unit: 'jest --silent' }),
      ...bin('mocha'),
      ...bin('jest'),
      ...bin('vitest'),
    });
    expect(runner?.name).toBe(name);
    expect(runner?.problem).toBeUndefined();
    const { argv } = runner?.command({}) ?? { argv: [] };
    expect(argv.slice(1)).toEqual(args);
  });

  it.each(['mocha | tee log', 'node test.js', 'mocha $FILES', 'mocha a.js && jest'])(
    'leaves %j to npm',
    async (line) => {
      const runner = await detect({ ...script(line), ...bin('mocha'), ...bin('jest') });
      expect(runner?.command({}).argv).toEqual(['bash', '-c', 'npm test']);
    },
  );

  it('keeps the build steps before the runner, and no others', async () => {
    const files = script('eslint . && tsc -p . && mocha', {
      pretest: 'npm run clean',
      clean: 'rm -rf dist',
    });
    const runner = await detect({ ...files, ...bin('mocha') });
    expect(runner?.command({}).prepare?.at(-1)).toMatch(/; rm -rf dist && tsc -p \.$/);
  });

  it('follows scripts that call each other no further than five', async () => {
    const runner = await detect(script('npm run a', { a: 'npm run test' }));
    expect(runner?.command({}).argv).toEqual(['bash', '-c', 'npm test']);
  });

  it.each([
    [{ 'package.json': '{"devDependencies":{"jest":"1"}}', ...bin('jest') }, 'jest'],
    [{ 'package.json': '{}', 'vitest.config.ts': '', ...bin('vitest') }, 'vitest'],
    [
      {
        'package.json': '{"scripts":{"test":"echo no test specified"},"mocha":{}}',
        ...bin('mocha'),
      },
      'mocha',
    ],
    [{ 'test/a.test.mjs': "import test from 'node:test';" }, 'node:test'],
  ])('goes by configuration and dependencies: %j', async (files, name) => {
    expect((await detect(files))?.name).toBe(name);
  });

  it('says what is missing and how to mend it', async () => {
    const runner = await detect(script('jest'));
    expect(runner?.problem).toMatch(/jest is not installed.*npm ci/);
  });

  it('asks the language of the manifest in the root first', async () => {
    const python = { 'tools/test_x.py': 'import unittest' };
    const runner = await detect({ ...script('mocha'), ...bin('mocha'), ...python });
    expect(runner?.name).toBe('mocha');
  });

  it('takes an installed runner of another language before a missing one', async () => {
    const runner = await detect({
      ...script('jest'),
      'test_x.py': 'import unittest\n',
    });
    expect(runner?.name).toBe('unittest');
  });

  it('takes the interpreter of the repository, and pytest only where it is asked for', async () => {
    const links = { '.venv': testVenv };
    const wanted = await detect({ 'test_x.py': 'import pytest\n' }, links);
    expect(wanted?.program).toEqual(['.venv/bin/python', '-m', 'pytest']);
    await project.close();
    const plain = await detect({ 'test_x.py': 'import unittest\n' }, links);
    expect(plain?.program).toEqual(['.venv/bin/python', '-m', 'unittest']);
  });

  it('takes options and variables of tox, and nothing that it cannot be sure of', async () => {
    const tox = `[testenv]
setenv =
    MODE = strict
    PLACE = {toxinidir}
commands = pytest -q -m "not slow" --durations 10 --cov=x --strict-markers {posargs:tests}
[testenv:lint]
commands = flake8
`;
    const files = { 'tox.ini': tox, 'tests/test_x.py': 'def test_x():\n    pass\n' };
    const runner = await detect(files, { '.tox/py3': testVenv });
    expect(runner?.command({})).toMatchObject({
      argv: ['.tox/py3/bin/python', '-m', 'pytest', '-q', '-m', 'not slow', '--strict-markers'],
      env: { MODE: 'strict' },
    });
  });

  it.each([
    [{ 'README.md': 'nothing' }],
    [{ 'package.json': 'no json' }],
    [{ 'package.json': '{"scripts":7}' }],
    [{ 'Cargo.lock': '' }],
  ])('finds nothing where nothing tells of tests: %j', async (files) => {
    expect(await detect(files)).toBeNull();
  });

  it('remembers a runner, and looks again after it found none', async () => {
    expect(await detect({ 'README.md': '' })).toBeNull();
    project.write('a.test.mjs', "import test from 'node:test';");
    const found = await detectRunner(project.workspace);
    expect(found?.name).toBe('node:test');
    expect(await detectRunner(project.workspace)).toBe(found);
  });
});
