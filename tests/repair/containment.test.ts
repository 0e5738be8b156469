import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/repair/edits/edit.ts';
import { grammarOf } from '../../src/repair/grammar/grammar.ts';
import { openJavaScriptPool } from '../../src/repair/pool/javascript-pool.ts';
import type { CandidatePool, Trial } from '../../src/repair/pool/pool.ts';
import { openPythonPool } from '../../src/repair/pool/python-pool.ts';
import { Sources } from '../../src/repair/sources.ts';
import { descendants, type SourceFile } from '../../src/repair/tree.ts';
import { openTestProject, type TestProject, testVenv } from '../testing/support.ts';

/** A candidate that puts a statement before the wrong return. */
function candidate(source: SourceFile, statement: string): Candidate {
  const start = source.text.indexOf('return a - b');
  const edit = { start, end: start, text: statement, kind: 'insert-statement', extra: 0 } as const;
  return { path: source.path, edits: [edit], cost: 1 };
}

function repaired(source: SourceFile): Candidate {
  const start = source.text.indexOf('-');
  const edit = { start, end: start + 1, text: '+', kind: 'arithmetic', extra: 0 } as const;
  return { path: source.path, edits: [edit], cost: 2 };
}

/** Runs candidates in order and gives the kinds of their verdicts. */
async function kindsOf(pool: CandidatePool, candidates: readonly Candidate[], trial: Trial) {
  const kinds = new Map<Candidate, string>();
  await pool.run(
    candidates,
    trial,
    (one, verdict) => kinds.set(one, verdict.kind),
    new AbortController().signal,
  );
  return candidates.map((one) => kinds.get(one));
}

function processesNamed(mark: string): number {
  const table = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return table.split('\n').filter((line) => line.includes(mark) && !line.includes('ps -eo')).length;
}

let project: TestProject;
let pool: CandidatePool;
let source: SourceFile;
let trial: Trial;

async function load(path: string): Promise<Sources> {
  const sources = new Sources(project.workspace, []);
  const loaded = await sources.load(path);
  if (!loaded) throw new Error(`${path} was not read`);
  source = loaded;
  return sources;
}

function tryOn() {
  const ids = (verdict: string) =>
    pool.tests.filter((test) => test.verdict === verdict).map(({ id }) => id);
  trial = { failing: ids('failed'), passing: ids('passed') };
  expect(trial.failing).toHaveLength(1);
  expect(trial.passing).toHaveLength(1);
}

async function close() {
  await pool.close();
  await project.close();
}

describe('the Python pool', () => {
  afterAll(close);
  beforeAll(async () => {
    project = openTestProject(
      {
        'calc.py': 'import os\n\n\ndef add(a, b):\n    return a - b\n',
        'kept.txt': 'kept\n',
        'test_calc.py':
          'import calc\n\n\ndef test_add():\n    assert calc.add(1, 2) == 3\n\n\ndef test_zero():\n    assert calc.add(0, 0) == 0\n',
      },
      { links: { '.venv': testVenv } },
    );
    const sources = await load('calc.py');
    pool = await openPythonPool({
      workspace: project.workspace,
      engine: 'pytest',
      interpreter: join(project.workspace.hostRoot, '.venv/bin/python'),
      env: {},
      files: ['test_calc.py'],
      slots: 1,
      learnSeconds: 20,
      testSeconds: 5,
      source: (path) => sources.get(path),
      signal: new AbortController().signal,
    });
    tryOn();
  });

  it.each([
    ['loops', 'while True: pass\n    ', 'hang'],
    [
      'loops and swallows what would end it',
      'while True:\n        try:\n            while True: pass\n        except BaseException: pass\n    ',
      'hang',
    ],
    ['loops where no signal is looked at', 'sum(range(10 ** 14))\n    ', 'hang'],
    ['ends the process', 'os._exit(0)\n    ', 'died'],
    ['raises the end of the program', 'raise SystemExit(0)\n    ', 'failed'],
    ['forks', 'os.fork()\n    ', 'failed'],
    ['starts a program', 'os.system("sleep 60")\n    ', 'failed'],
    ['takes too much memory', 'x = bytearray(1 << 40)\n    ', 'failed'],
    [
      'takes more and more memory',
      'x = []\n    while True: x.append(bytearray(1 << 24))\n    ',
      'failed',
    ],
    [
      'deletes a file',
      'os.remove(os.path.join(os.path.dirname(__file__), "kept.txt"))\n    ',
      'failed',
    ],
    [
      'overwrites the test',
      'open(os.path.join(os.path.dirname(__file__), "test_calc.py"), "w").write("")\n    ',
      'failed',
    ],
    ['prints', 'print("x" * 100000); os.write(1, b"R 0 [1]\\n")\n    ', 'failed'],
    ['recurses', 'return add(a, b)\n    ', 'failed'],
    ['does not parse', 'return return\n    ', 'invalid'],
  ])('contains a candidate that %s', async (_, statement, kind) => {
    const kinds = await kindsOf(pool, [candidate(source, statement), repaired(source)], trial);
    // Memory may run out inside of the allocation or as the end of the process.
    if (/memory/.test(_)) expect(['failed', 'died', 'hang']).toContain(kinds[0]);
    else expect(kinds[0]).toBe(kind);
    expect(['passed', 'same']).toContain(kinds[1]);
    const { hostRoot } = project.workspace;
    expect(existsSync(join(hostRoot, 'kept.txt'))).toBe(true);
    expect(project.status()).toBe('');
  });

  it('is not taken in by a candidate that changes the test', async () => {
    const tampering =
      'import sys; sys.modules["test_calc"].test_add.__code__ = (lambda: None).__code__\n    ';
    const wrong = candidate(source, 'b = 5\n    ');
    const kinds = await kindsOf(pool, [candidate(source, tampering), wrong], trial);
    expect(kinds[1]).toBe('failed');
  });

  it('leaves no process behind', async () => {
    const mark = 'patchwright_left_behind';
    const statement = `import ctypes\n    if ctypes.CDLL(None).fork() == 0:\n        os.execvp("python3", ["python3", "-c", "import time; ${mark} = time.sleep(60)"])\n    `;
    await kindsOf(pool, [candidate(source, statement)], trial);
    expect(processesNamed(mark)).toBe(0);
  });
});

async function openJavaScript() {
  const sources = await load('calc.js');
  pool = await openJavaScriptPool({
    workspace: project.workspace,
    engine: 'node:test',
    env: {},
    files: ['calc.test.js'],
    slots: 1,
    learnSeconds: 20,
    testSeconds: 5,
    source: (path) => sources.get(path),
    signal: new AbortController().signal,
  });
  const grammar = grammarOf('javascript');
  const node = [...descendants(source.root)].find((each) => grammar.isFunction(each));
  if (node) pool.expect([{ source, node }]);
  tryOn();
}

describe('the JavaScript pool', () => {
  afterAll(close);
  beforeAll(async () => {
    project = openTestProject({
      'package.json': '{"name":"calc","version":"1.0.0"}',
      'calc.js':
        "const fs = require('node:fs');\nexports.add = function add(a, b) {\n  return a - b;\n};\n",
      'calc.test.js':
        "const { test } = require('node:test');\nconst assert = require('node:assert');\nconst { add } = require('./calc.js');\ntest('add', () => {\n  assert.equal(add(1, 2), 3);\n});\ntest('zero', () => {\n  assert.equal(add(0, 0), 0);\n});\n",
    });
    await openJavaScript();
  });

  it.each([
    ['loops where the guard does not reach', 'eval("for(;;);");\n  ', 'hang'],
    ['ends the process', 'process.exit(0);\n  ', 'failed'],
    ['kills its process', 'process.kill(process.pid, "SIGKILL");\n  ', 'hang'],
    [
      'takes too much memory',
      'const x = []; eval("for(;;) x.push(new Array(1e6).fill(1))");\n  ',
      'hang',
    ],
    ['prints', 'console.log("x".repeat(1e5)); process.stdout.write("end\\n");\n  ', 'failed'],
    ['recurses', 'return exports.add(a, b);\n  ', 'failed'],
    ['rejects later', 'Promise.reject(new Error("later"));\n  ', 'failed'],
    ['throws later', 'setTimeout(() => { throw new Error("later"); }, 0);\n  ', 'failed'],
  ])('contains a candidate that %s', async (_, statement, kind) => {
    const kinds = await kindsOf(pool, [candidate(source, statement), repaired(source)], trial);
    expect(kinds).toEqual([kind, 'passed']);
    expect(project.status()).toBe('');
  });

  it('tries a candidate again when one before it has changed the program', async () => {
    const spoiling = 'exports.add = () => 7;\n  ';
    const kinds = await kindsOf(pool, [candidate(source, spoiling), repaired(source)], trial);
    expect(kinds).toEqual(['failed', 'passed']);
  });
});

describe('a test that cannot be run twice', () => {
  afterAll(close);
  beforeAll(async () => {
    project = openTestProject({
      'package.json': '{"name":"calc","version":"1.0.0"}',
      'calc.js': 'exports.add = function add(a, b) {\n  return a - b;\n};\n',
      'calc.test.js':
        "const { test } = require('node:test');\nconst assert = require('node:assert');\nconst { add } = require('./calc.js');\nlet runs = 0;\ntest('add', () => {\n  assert.equal(add(1, 2), 3);\n});\ntest('once', () => {\n  runs += 1;\n  assert.equal(add(0, 0) + runs, 1);\n});\n",
    });
    await openJavaScript();
  });

  it('decides nothing about candidates', async () => {
    const wrong = candidate(source, 'b = 7;\n  ');
    const kinds = await kindsOf(pool, [wrong, repaired(source), wrong], trial);
    expect(kinds).toEqual(['failed', 'passed', 'failed']);
  });
});

describe('a failing test that makes up its inputs', () => {
  afterAll(close);
  beforeAll(async () => {
    project = openTestProject({
      'package.json': '{"name":"calc","version":"1.0.0"}',
      'calc.js':
        "require('node:fs').appendFileSync('loads.txt', '.');\nexports.add = function add(a, b) {\n  return a - b;\n};\n",
      'calc.test.js':
        "const { test } = require('node:test');\nconst assert = require('node:assert');\nconst { add } = require('./calc.js');\ntest('add', () => {\n  for (let i = 0; i < 40; i++) {\n    const b = Math.floor(Math.random() * 3);\n    assert.equal(add(1, b), 1 + b);\n  }\n});\ntest('zero', () => {\n  assert.equal(add(0, 0), 0);\n});\n",
    });
    await openJavaScript();
  });

  it('judges candidates without the program being loaded for each', async () => {
    const wrong = Array.from({ length: 20 }, (_, at) => candidate(source, `b += ${at};\n  `));
    const kinds = await kindsOf(pool, [...wrong, repaired(source)], trial);
    expect(kinds.slice(0, -1)).toEqual(wrong.map(() => 'failed'));
    expect(kinds.at(-1)).toBe('passed');
    const loads = readFileSync(join(project.workspace.hostRoot, 'loads.txt'), 'utf8').length;
    expect(loads).toBeLessThan(wrong.length);
  });
});
