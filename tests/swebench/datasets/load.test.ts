import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { countBy, languageOf } from '../../../src/swebench/datasets/counts.ts';
import { type LoadOptions, loadDataset } from '../../../src/swebench/datasets/load.ts';
import { parseSlice } from '../../../src/swebench/datasets/selection.ts';
import { jsonLines, parquet, row, writeRows } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-datasets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hub = {
  endpoint: 'http://127.0.0.1:9',
  cache: join(folder, 'cache'),
  offline: true,
  onProgress: () => {},
  signal: new AbortController().signal,
};
const load = (name: string, options: Partial<LoadOptions> = {}) =>
  loadDataset(name, { cwd: folder, hub, ...options });
const ids = async (name: string, options: Partial<LoadOptions> = {}) =>
  (await load(name, options)).map(({ id }) => id);

function place(path: string, content: string | Uint8Array): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const rows = ['a', 'b', 'c', 'd', 'e'].map((name) => row(`jug-${name}`));
const names = ['jug-a', 'jug-b', 'jug-c', 'jug-d', 'jug-e'];

describe('a dataset', () => {
  it.each([
    ['rows.jsonl', jsonLines(rows)],
    ['rows.json', JSON.stringify(rows)],
    ['rows.parquet', parquet(rows, 2)],
    ['folder/data/test-00000-of-00001.parquet', parquet(rows, 5)],
  ])('is read from %s', async (path, content) => {
    place(path, content);
    expect(await ids(path.startsWith('folder') ? 'folder' : path)).toEqual(names);
  });

  it('keeps what a row says, lists as text or as values', async () => {
    const assets = { test_patch: [{ path: 'a.png', url: 'http://x/a.png' }], patch: [] };
    place(
      'one.jsonl',
      jsonLines([
        row('one', { FAIL_TO_PASS: ['t'], image_assets: JSON.stringify(assets), version: 1.5 }),
      ]),
    );
    expect(await load('one.jsonl')).toMatchObject([
      {
        id: 'one',
        version: '1.5',
        failToPass: ['t'],
        passToPass: [],
        assets: [{ path: 'a.png', url: 'http://x/a.png' }],
      },
    ]);
  });

  it('is narrowed by ids, pattern and slice, and shuffled the same way for the same seed', async () => {
    const file = writeRows(join(folder, 'pick.jsonl'), rows);
    const reversed = writeRows(join(folder, 'reversed.jsonl'), [...rows].reverse());
    expect(await ids(file, { selection: { ids: ['jug-d', 'jug-a'] } })).toEqual(['jug-a', 'jug-d']);
    expect(await ids(file, { selection: { filter: /[b-d]$/ } })).toEqual(names.slice(1, 4));
    expect(await ids(file, { selection: { slice: parseSlice('1:-1') } })).toEqual(
      names.slice(1, -1),
    );
    expect(await ids(file, { selection: { slice: parseSlice(':2') } })).toEqual(names.slice(0, 2));
    const shuffled = await ids(file, { selection: { shuffle: 7 } });
    expect([...shuffled].sort()).toEqual(names);
    expect(await ids(reversed, { selection: { shuffle: 7 } })).toEqual(shuffled);
    const others = await Promise.all(
      [1, 2, 3, 4].map((seed) => ids(file, { selection: { shuffle: seed } })),
    );
    expect(new Set(others.map(String)).size).toBeGreaterThan(1);
  });

  it.each([
    ['an id that is not there', 'pick.jsonl', { ids: ['jug-z'] }, /--ids: .* no instance jug-z/],
    ['a file that is not there', 'none.parquet', {}, /there is no file or folder/],
    ['a name that is nothing', 'none', {}, /an id on Hugging Face/],
  ])('refuses %s', async (_, name, selection, message) => {
    writeRows(join(folder, 'pick.jsonl'), rows);
    await expect(load(name, { selection })).rejects.toThrow(message);
    await expect(load(name, { selection })).rejects.toThrow(UsageError);
  });

  it.each([
    ['x.jsonl', `${JSON.stringify(row('a'))}\n{`, /x\.jsonl, line 2 is not JSON/],
    ['x.json', '{}', /has to hold a JSON list/],
    ['x.json', '[1]', /x\.json, row 1: not an object/],
    [
      'x.json',
      JSON.stringify([row('a'), { instance_id: 'b' }]),
      /row 2: the field "FAIL_TO_PASS" is missing/,
    ],
    [
      'x.json',
      JSON.stringify([row('a', { FAIL_TO_PASS: 'x' })]),
      /row 1: the field "FAIL_TO_PASS" is wrong: .*not JSON/,
    ],
    ['x.parquet', 'PAR0', /x\.parquet cannot be read as Parquet/],
  ])('names file, row and field of what is wrong in %s', async (path, content, message) => {
    place(path, content);
    await expect(load(path)).rejects.toThrow(message);
  });

  it('names the row of a Parquet file, counted over all groups', async () => {
    place('wrong.parquet', parquet([...rows, row('f', { PASS_TO_PASS: '{}' })], 2));
    await expect(load('wrong.parquet')).rejects.toThrow(/row 6: the field "PASS_TO_PASS"/);
  });

  it('tells which splits a folder has', async () => {
    place('split/data/dev-00000-of-00001.parquet', parquet(rows, 5));
    expect(await ids('split', { split: 'dev' })).toEqual(names);
    await expect(load('split')).rejects.toThrow(/no split "test"; it has data\/dev-00000/);
  });

  it('counts languages by the files of the fix', async () => {
    const file = writeRows(join(folder, 'languages.jsonl'), [
      row('a'),
      row('b', { patch: '--- a/x.go\n+++ b/x.go\n' }),
      row('c', { patch: '--- a/x.md\n+++ b/x.md\n', test_patch: '--- a/x.rs\n+++ b/x.rs\n' }),
      row('d', { language: 'CPP' }),
      row('e', { patch: '' }),
      row('f'),
    ]);
    expect(countBy(await load(file), languageOf)).toEqual([
      { name: 'Python', count: 2 },
      { name: 'C++', count: 1 },
      { name: 'Go', count: 1 },
      { name: 'Rust', count: 1 },
      { name: 'unknown', count: 1 },
    ]);
  });
});

describe('other formats', () => {
  it('Multi-SWE-bench: tests that pass with the fix only are to be fixed', async () => {
    const test = { run: 'NONE', test: 'FAIL', fix: 'PASS' };
    const entry = {
      org: 'Jug',
      repo: 'lid',
      number: 7,
      base: { label: '', ref: 'main', sha: 'abc' },
      resolved_issues: [
        { number: 1, title: 'Spills', body: 'A lot.' },
        { number: 2, title: 'Drips', body: null },
      ],
      fix_patch: '--- a/x.java\n+++ b/x.java\n',
      test_patch: 'tests',
      p2p_tests: { kept: test },
      f2p_tests: { failed: test },
      s2p_tests: { skipped: test },
      n2p_tests: { none: test },
    };
    const [instance] = await load(writeRows(join(folder, 'multi.jsonl'), [entry]));
    expect(instance).toMatchObject({
      id: 'Jug__lid-7',
      repo: 'Jug/lid',
      baseCommit: 'abc',
      problemStatement: 'Spills\n\nA lot.\n\nDrips',
      patch: entry.fix_patch,
      testPatch: 'tests',
      image: 'mswebench/jug_m_lid:pr-7',
      failToPass: ['failed', 'skipped', 'none'],
      passToPass: ['kept'],
    });
  });

  it('SWE-bench-Live: an evaluation script is made of its commands', async () => {
    const { eval_script: _, log_parser: __, ...rest } = row('jug__lid-7');
    const entry = {
      ...rest,
      FAIL_TO_PASS: ['t'],
      PASS_TO_PASS: [],
      log_parser: 'pytest',
      docker_image: '',
      rebuild_cmds: ['make'],
      test_cmds: ['pytest -rA > log', 'true'],
      print_cmds: ['cat log'],
      test_patch: 'the tests',
    };
    const [instance] = await load(writeRows(join(folder, 'live.jsonl'), [entry]));
    expect(instance).toMatchObject({
      logParser: 'parse_log_pytest',
      image: 'starryzhang/sweb.eval.x86_64.jug_1776_lid-7',
    });
    const lines = instance?.evalScript.split('\n') ?? [];
    const order = [
      'the tests',
      'make',
      ": '>>>>> Start Test Output'",
      'pytest -rA > log',
      'cat log',
    ];
    const places = order.map((line) => lines.indexOf(line));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('a task repository: one folder a task, versions kept as text', async () => {
    const task = (id: string, split: string) => {
      const files = {
        'task.yaml': `instance_id: ${id}\nrepo: jug/jug\nversion: 1.10\nsplit: ${split}\nlog_parser: parse_log_pytest\neval_type: pass_and_fail\nimage: x\nimage_assets: '{"test_patch": [{"path": "a/b.png"}]}'\n`,
        'tests.json': JSON.stringify({ FAIL_TO_PASS: ['t'], PASS_TO_PASS: [] }),
        'problem_statement.md': 'It spills.\r\n',
        'gold.patch': 'gold',
        'test.patch': 'tests',
        'eval.sh': 'true',
        'test_assets/a/b.png': 'png',
      };
      for (const [name, text] of Object.entries(files)) place(`repo/tasks/${id}/${name}`, text);
    };
    place('repo/sweb.yaml', 'datasets: [x/y]\n');
    task('jug-1', 'test');
    task('jug-2', 'deprecated');
    const [instance, ...others] = await load('repo');
    expect(others).toEqual([]);
    expect(instance).toMatchObject({
      id: 'jug-1',
      version: '1.10',
      problemStatement: 'It spills.\r\n',
      hints: '',
      patch: 'gold',
      assets: [{ path: 'a/b.png', file: join(folder, 'repo/tasks/jug-1/test_assets/a/b.png') }],
    });
    expect(await ids('repo', { selection: { ids: ['jug-2'] } })).toEqual(['jug-2']);
    await expect(load('repo', { split: 'dev' })).rejects.toThrow(/it has deprecated, test/);
    await expect(load('repo', { selection: { ids: ['no'] } })).rejects.toThrow(/no task no/);
  });

  it('a plain task: graded by the exit code of its tests where no parser is named', async () => {
    place('tasks/one/issue.md', 'It drips.');
    place('tasks/one/task.yaml', 'test: npm test\nsetup: npm ci\n');
    place('tasks/one/tests/deep/a.test.js', '');
    place('tasks/two/issue.md', 'It leaks.');
    place('tasks/two/task.yaml', 'test: pytest\nparser: parse_log_pytest\nfail_to_pass: [t]\n');
    const tasks = await load('tasks');
    expect(tasks.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(tasks[0]).toMatchObject({
      source: join(folder, 'tasks/one/repository'),
      logParser: 'exit_code',
      setup: 'npm ci',
      problemStatement: 'It drips.',
      assets: [{ path: 'deep/a.test.js', file: join(folder, 'tasks/one/tests/deep/a.test.js') }],
    });
    expect(tasks[0]?.evalScript).toMatch(/: '>>>>> Start.*\nnpm test\n: '>>>>> End/);
    expect(tasks[1]).toMatchObject({ logParser: 'parse_log_pytest', failToPass: ['t'] });
    expect(await ids('tasks/two')).toEqual(['two']);
    place('tasks/two/task.yaml', 'setup: true\n');
    await expect(load('tasks')).rejects.toThrow(/task\.yaml, row 1: the field "test" is missing/);
  });
});
