import { describe, expect, it } from 'vitest';
import { parseJsReports } from '../../../src/testing/parse/javascript.ts';
import { parseJestJson } from '../../../src/testing/parse/jest-json.ts';
import { parseRspec } from '../../../src/testing/runners/ruby.ts';
import { parseStack } from '../../../src/testing/trace.ts';
import { reportInput } from '../input.ts';

describe('parseJestJson', () => {
  it('shows a file that cannot be loaded as an error', () => {
    const text = JSON.stringify({
      numTotalTests: 0,
      testResults: [
        {
          name: '/repo/a.test.js',
          status: 'failed',
          message: 'SyntaxError: x',
          assertionResults: [],
        },
      ],
    });
    expect(parseJestJson(text, '/repo')?.cases).toEqual([
      { id: 'a.test.js', verdict: 'error', file: 'a.test.js', trace: 'SyntaxError: x' },
    ]);
  });

  it('is not complete when the run was interrupted', () => {
    const text = JSON.stringify({ numTotalTests: 0, wasInterrupted: true, testResults: [] });
    expect(parseJestJson(text, '/repo')?.complete).toBe(false);
  });

  it.each(['', '{', '[]', '{"numTotalTests":1}'])('is null for %j', (text) => {
    expect(parseJestJson(text, '/repo')).toBeNull();
  });
});

describe('parseJsReports', () => {
  it('puts reports of several processes together, complete only when all are', () => {
    const done = '{"t":"case","id":"a","verdict":"passed"}\n{"t":"end"}';
    const cut = '{"t":"case","id":"b","verdict":"passed"}';
    const both = { 'mocha-1.jsonl': done, 'node-test-2.jsonl': cut };
    const report = parseJsReports(reportInput({ files: both }));
    expect(report?.cases.map((one) => one.id).sort()).toEqual(['a', 'b']);
    expect(report?.complete).toBe(false);
  });

  it('is null when no process told of a test', () => {
    expect(parseJsReports(reportInput({ files: { 'mocha-1.jsonl': '{"t":"end"}' } }))).toBeNull();
  });
});

describe('parseRspec', () => {
  it('shows a file that cannot be loaded as an error', () => {
    const report = {
      messages: [
        '\nAn error occurred while loading ./spec/bad_spec.rb.\nRuntimeError:\n  at load\n',
      ],
      examples: [],
      summary: { errors_outside_of_examples_count: 1 },
    };
    const { cases } = parseRspec(reportInput({ files: { 'rspec.json': JSON.stringify(report) } }));
    expect(cases).toMatchObject([{ id: 'spec/bad_spec.rb', verdict: 'error' }]);
    expect(cases[0]?.trace).toContain('at load');
  });
});

describe('parseStack', () => {
  it('reads named, bare, async and file URL frames, innermost last', () => {
    const stack = `Error: no
    at add (/repo/src/a.js:1:2)
    at async Promise.all (index 0)
    at async file:///repo/test/b.mjs:3:4
    at /repo/test/c.js:5:6`;
    expect(parseStack(stack)).toEqual({
      message: 'Error: no',
      frames: [
        ['/repo/test/c.js', 5],
        ['file:///repo/test/b.mjs', 3],
        ['/repo/src/a.js', 1],
      ],
    });
  });
});
