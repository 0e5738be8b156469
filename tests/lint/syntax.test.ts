import { describe, expect, test } from 'vitest';
import { syntaxErrorsAdded } from '../../src/lint/syntax.ts';

/** Findings of a whole text that replaces another. */
async function added(path: string, before: string | null, after: string): Promise<string[]> {
  const lines = (text: string) => text.split('\n').length;
  const found = await syntaxErrorsAdded({
    path,
    before,
    after,
    lines: [{ start: 1, removed: lines(before ?? ''), added: lines(after) }],
    change: { start: 0, end: (before ?? '').length, text: after },
  });
  return found.map(({ line, message }) => `${line}: ${message}`);
}

describe('Python', () => {
  test.each([
    ['a deeper statement', 'x = 1\n  y = 2\n', ['2: unexpected indentation']],
    ['an uneven block', 'if x:\n    a = 1\n   \n  b = 2\n', ['4: unexpected indentation']],
    [
      'no block',
      'def f():\nreturn_value = 1\n',
      ['1: an indented block is expected after this line'],
    ],
    ['an unclosed string', 'x = "abc\ny = 1\n', ['1: this cannot be parsed: «"»']],
    ['a missing bracket', 'def f(:\n    pass\n', ['1: «)» is missing here']],
  ])('finds %s', async (_, text, findings) => {
    expect(await added('a.py', null, text)).toEqual(findings);
  });

  test.each([
    'if x:\n    a = 1\n# comment\n    b = 2\n',
    'x = [\n  1,\n    2,\n]\n',
    'def f(): return 1\n',
    'class A: pass\n',
    'match x:\n    case 1:\n        pass\n',
    'x = """\n  text\n"""\ny = 1; z = 2\n',
    'async def f():\n\tawait g()\n',
    'if x:\n    pass\nelif y:\n    pass\nelse:\n    pass\n',
    'with (open(a) as b, open(c) as d):\n    pass\n',
    'print "old"\n',
    'x = f"{a!r:>{width}} {b}"\n',
    '@decorator\n@other(1)\ndef f(a, /, b, *, c):\n    global d\n',
  ])('accepts %j', async (text) => {
    expect(await added('a.py', null, text)).toEqual([]);
  });
});

describe('other languages', () => {
  test.each([
    ['a.h', 'class A { public: int b(); };\n'],
    ['a.h', 'int *class(int new);\n'],
    ['a.tsx', 'const a = <T,>(x: T) => <p>{x}</p>;\n'],
    ['a.js', 'const a = <p x={1}>{b}</p>; class C { #d = 1; static {} }\n'],
    ['tsconfig.json', '{ // comment\n "a": 1,\n}\n'],
    ['a.yaml', 'a: 1\n---\nb: [2, 3]\n'],
    ['a.html', '<p>one<p>two<br><img src=x>\n'],
    ['a.unknown', '((((\n'],
  ])('accepts %s: %j', async (path, text) => {
    expect(await added(path, null, text)).toEqual([]);
  });

  test.each([
    ['a.json', '{"a": 1,}', ['1: property name expected', '1: value expected']],
    ['a.json', '{"a": 1 "b": 2}', ['1: comma expected']],
    [
      'a.yaml',
      'a: [1\nb: 2\n',
      ['2: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['a.toml', 'a = [1\n', ['2: expected comma or end of structure']],
    [
      'a.html',
      '<div><p x="1" x="2"></span></div>\n',
      ['1: duplicate attribute', '1: end tag without matching open element'],
    ],
  ])('finds errors in %s: %j', async (path, text, findings) => {
    const found = await added(path, null, text);
    expect(found[0]?.slice(0, 30)).toBe(findings[0]?.slice(0, 30));
    expect(found.length).toBeGreaterThanOrEqual(1);
  });
});

test('an old error is not held against an edit elsewhere', async () => {
  const broken = 'def f(:\n    pass\n\n\nx = 1\n';
  expect(await added('a.py', broken, broken.replace('x = 1', 'x = 2'))).toEqual([]);
  expect(await added('a.json', '{"a": ,\n"b": 1}', '{"a": ,\n"b": 2}')).toEqual([]);
  expect(await added('a.py', broken, broken.replace('x = 1', 'x = (1'))).not.toEqual([]);
});
