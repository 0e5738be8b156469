import { describe, expect, it } from 'vitest';
import { ANSWER, codeOf, completionOf } from '../../src/humaneval/completion.ts';
import type { Problem } from '../../src/humaneval/problem.ts';

const problem = { entry_point: 'add' } as Problem;
const answer = (code: unknown) => ({
  text: 'said',
  actions: [{ id: '1', tool: ANSWER.name, input: { code } }],
});

describe('the code of an answer', () => {
  it.each([
    ['a call', answer('def add(): pass\n'), 'def add(): pass\n'],
    ['a call with a fence', answer('```python\nx = 1\n```'), 'x = 1\n'],
    ['text with fences', { text: 'No:\n```\na\n```\nYes:\n```py\nb\n```\n', actions: [] }, 'b\n'],
    ['bare text', { text: '    return 1\n', actions: [] }, '    return 1\n'],
    ['a call without code', answer(3), 'said'],
    ['nothing', { text: ' \n', actions: [] }, null],
  ])('is found in %s', (_, turn, code) => {
    expect(codeOf(turn)).toBe(code);
  });
});

describe('a completion', () => {
  it.each([
    ['import re\n\ndef add(a, b):\n    return a + b', /^ {4}pass\n\n\nimport re\n\ndef add/],
    ['    return a + b\n\n\n', /^ {4}return a \+ b\n$/],
    ['c = a\n\nif c:\n    return c', /^ {4}c = a\n\n {4}if c:\n {8}return c\n$/],
    ['\n\n    return a\n', /^ {4}return a\n$/],
    ['def add_all(): pass', /^ {4}def add_all\(\): pass\n$/],
  ])('stands behind the prompt: %j', (code, completion) => {
    expect(completionOf(problem, code)).toMatch(completion);
  });
});
