import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Candidate } from '../../src/batch/candidate.ts';
import { choiceIn } from '../../src/batch/choose-by-review.ts';
import { chooseByTests, verdictOf } from '../../src/batch/choose-by-tests.ts';
import { chooseByVote, normalisePatch } from '../../src/batch/choose-by-vote.ts';
import { openCheckout } from '../../src/workspace/open-checkout.ts';
import { git, makeRepo } from '../support/repos.ts';

const patch = (path: string, line: string, hunk = '@@ -1,2 +1,2 @@') =>
  [
    `diff --git a/${path} b/${path}`,
    'index 111..222 100644',
    `--- a/${path}`,
    `+++ b/${path}`,
    hunk,
    ' context',
    '-old',
    `+${line}`,
    '',
  ].join('\n');

const candidates = (...patches: string[]): Candidate[] =>
  patches.map((text, at) => ({ attempt: at + 1, patch: text, folder: '' }));

describe('normalised patches', () => {
  test('places, spaces at line ends, blank lines and tests do not count', () => {
    const one = normalisePatch(patch('src/a.py', 'new'));
    expect(normalisePatch(patch('src/a.py', 'new  ', '@@ -7,2 +9,2 @@ def f'))).toBe(one);
    expect(normalisePatch(patch('src/a.py', 'new').replace('+new', '+new\n+'))).toBe(one);
    expect(normalisePatch(patch('tests/test_a.py', 'x') + patch('src/a.py', 'new'))).toBe(one);
  });

  test('another file, another line, or spaces in front do', () => {
    const one = normalisePatch(patch('src/a.py', 'new'));
    expect(normalisePatch(patch('src/b.py', 'new'))).not.toBe(one);
    expect(normalisePatch(patch('src/a.py', ' new'))).not.toBe(one);
  });
});

test('the vote takes what most made, and the first where all differ', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((line) => patch('x.py', line)) as [string, string, string];
  expect(chooseByVote(candidates(a, b, b))).toMatchObject({ chosen: 2 });
  expect(chooseByVote(candidates(a, b, c))).toMatchObject({
    chosen: 1,
    reason: expect.stringContaining('no two attempts'),
  });
});

test('tests: what breaks less comes first, then what passes more, then the votes', () => {
  const score = { broken: 0, passed: 1, failed: 0, votes: 1 };
  const chosen = (...scores: object[]) =>
    verdictOf(
      scores.map((more, at) => ({ ...score, attempt: at + 1, ...more })),
      true,
    ).chosen;
  expect(chosen({ broken: 1, passed: 9 }, {})).toBe(2);
  expect(chosen({}, { passed: 2 })).toBe(2);
  expect(chosen({ failed: 1 }, {})).toBe(2);
  expect(chosen({}, { votes: 2 }, { votes: 2 })).toBe(2);
  expect(chosen({}, {})).toBe(1);
});

test.each([
  ['good.\nCHOICE: 2', 2],
  ['**CHOICE: 1**', 1],
  ['CHOICE: 1\nno, rather\nCHOICE: 2', 2],
  ['CHOICE: 7', null],
  ['I cannot say', null],
])('a review that says %j', (said, attempt) => {
  expect(choiceIn(said, candidates('a', 'b'))).toBe(attempt);
});

describe('with real tests', () => {
  let root = '';
  let repository = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'choose-'));
    repository = makeRepo('javascript-pages', root);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A candidate that replaces text in the source and adds a test file. */
  function candidate(attempt: number, change: (source: string) => string, written: string) {
    const folder = join(root, `attempt-${attempt}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'trajectory.jsonl'), '');
    const file = join(repository, 'src', 'pages.js');
    const source = git(repository, 'show', 'HEAD:src/pages.js');
    writeFileSync(file, change(source));
    if (written) writeFileSync(join(repository, 'test', `written-${attempt}.test.js`), written);
    git(repository, 'add', '--all');
    const text = git(repository, 'diff', '--cached', '--binary', 'HEAD');
    git(repository, 'reset', '--quiet', '--hard');
    return { attempt, patch: text, folder };
  }

  const WRITTEN = [
    "import test from 'node:test';",
    "import assert from 'node:assert';",
    "import { pageCount } from '../src/pages.js';",
    "test('a started page counts', () => assert.equal(pageCount(11, 10), 2));",
    '',
  ].join('\n');

  test('a patch that breaks tests loses; tests that one attempt wrote are tried on all', async () => {
    const signal = new AbortController().signal;
    const open = () => openCheckout({ source: repository, cwd: '/', sandbox: 'local', signal });
    const verdict = await chooseByTests(
      [
        candidate(1, (source) => source.replace('Math.floor(count', 'Math.trunc(count'), ''),
        candidate(2, (source) => source.replace('Math.floor(count', 'Math.sqrt(count'), ''),
        candidate(3, (source) => source.replace('Math.floor(count', 'Math.ceil(count'), WRITTEN),
      ],
      { open, timeoutMs: 60_000, signal },
    );
    expect(verdict.chosen).toBe(3);
    expect(verdict.reason).toContain('it passes 1 of 1 tests that the attempts wrote');
    expect(verdict.scores.get(1)).toContain('written tests passed 0, failed 1');
    expect(verdict.scores.get(2)).toMatch(/^broken [1-9]/);
  });
});
