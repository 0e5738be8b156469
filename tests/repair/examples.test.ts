import { describe, expect, it } from 'vitest';
import { examplesOf } from '../../src/repair/examples/extract.ts';
import { readLiteral } from '../../src/repair/examples/literal.ts';
import { exampleTests } from '../../src/repair/examples/test-file.ts';

const functions = new Map([['f', ['a', 'b']]]);

/** `arguments -> result` in Python's spelling. */
function told(prose: string, known = functions): string[] {
  return examplesOf(prose, known).map(
    (example) =>
      `${example.arguments.map(({ python }) => python).join(', ')} -> ${example.expected.python}`,
  );
}

describe('examples in prose', () => {
  it.each([
    ['a doctest session', '>>> f(1, 2)\n3\n>>> f(0, 0)\n0\n', ['1, 2 -> 3', '0, 0 -> 0']],
    ['a session in a comment', ' * >>> f([1], "a")\n * [true]\n', ['[1], "a" -> [True]']],
    ['an equation', 'f(1, 2) == (1, 2)', ['1, 2 -> (1, 2)']],
    [
      'an arrow',
      'f(1, 2) => 3\nf(2, 2) -> 4\nf(3, 3) ➞ 6\n',
      ['1, 2 -> 3', '2, 2 -> 4', '3, 3 -> 6'],
    ],
    ['a sentence', 'So `f(1, 2)` should return `3`, but it gives 4.', ['1, 2 -> 3']],
    [
      'code with its result in a comment',
      'f(1, 2); // => 3\nf(2, 3)  # 5\n',
      ['1, 2 -> 3', '2, 3 -> 5'],
    ],
    ['named arguments', 'For a = 1, b = "x" the output should be None.', ['1, "x" -> None']],
    [
      'input and output',
      'Input: a = [1, 2], b = 3\nOutput: {"k": [1]}\n',
      ['[1, 2], 3 -> {"k": [1]}'],
    ],
    ['a negative number', 'f(-1, +2.5) == -.5', ['-1, 2.5 -> -.5']],
  ])('are read from %s', (_, prose, expected) => {
    expect(told(prose)).toEqual(expected);
  });

  it.each([
    ['another function', 'g(1, 2) == 3'],
    ['arguments that are no literals', 'f(x, y) == 3'],
    ['a result that is no literal', 'f(1, 2) == f(2, 1)'],
    ['a result that goes on', 'f(1, 2) == 3 apples'],
    ['a session without a result', '>>> f(1, 2)\n>>> f(2, 3)\n'],
    ['a method of the same name', 'x.y.f(1, 2) == 3 or self.f'],
  ])('are not read from %s', (_, prose) => {
    expect(told(prose)).toEqual([]);
  });

  it('count once for a call', () => {
    expect(told('f(1, 2) == 3\nf(1, 2) == 4\n')).toEqual(['1, 2 -> 3']);
  });
});

describe('a literal', () => {
  it('is spelt for both families of languages', () => {
    const text = "[True, None, ('a', 1), {'k': -1}, {1, 2}]";
    expect(readLiteral(text, 0)).toEqual({
      python: "[True, None, ('a', 1), {'k': -1}, {1, 2}]",
      javascript: "[true, null, ['a', 1], {'k': -1}, new Set([1, 2])]",
      end: text.length,
    });
  });

  it.each(['', 'x', '007', '[1', '"a', '{1: 2, 3}', 'Truest'])('is not %j', (text) => {
    expect(readLiteral(text, 0)).toBeNull();
  });
});

describe('tests made of examples', () => {
  const examples = examplesOf('f(1, "x") == True', functions).map((example) => ({
    example,
    path: 'src/pkg/calc.py',
  }));

  it('import the module of the function', () => {
    const { text } = exampleTests('python', examples);
    expect(text).toContain('import pkg.calc as module_0');
    expect(text).toContain('result, expected = module_0.f(1, "x"), True');
  });

  it('are written for node as well', () => {
    const { text, command } = exampleTests('javascript', examples);
    expect(text).toContain(`check(await find(module0, 'f')(1, "x"), true);`);
    expect(command).toBe('node --test patchwright-examples.test.mjs');
  });
});
