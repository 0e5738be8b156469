import { describe, expect, test } from 'vitest';
import { focusEdit, focusOutside } from '../../src/lint/focus.ts';

const FILE = `"""Shapes."""
import math

LIMIT = 3


def area(r):
    return math.pi * r


class Shape(Base):
    """A shape."""

    kind = 'shape'

    def __init__(self, r):
        self.r = r
        self.size = None

    @property
    def double(self):
        return 2 * self.r


def count():
    global LIMIT
    LIMIT = 4
`;

const edited = (old: string, replacement: string) => {
  expect(FILE.split(old)).toHaveLength(2);
  return focusEdit(
    'pkg/shapes.py',
    FILE,
    FILE.replace(old, () => replacement),
  );
};

describe('the part of a file that an edit touches', () => {
  test('holds the touched function as it is and imports the others', async () => {
    const focus = await edited('math.pi * r', 'math.tau * r');
    expect(focus?.after.text).toBe(`"""Shapes."""
import math

LIMIT = 3


def area(r):
    return math.tau * r


from .shapes import Shape


from .shapes import count
`);
    expect(focus?.before.text).toBe(focus?.after.text.replace('tau', 'pi'));
    expect(focus?.after.touched).toEqual([{ from: 7, to: 8, shift: 0 }]);
  });

  test('holds a touched method in a class below the real one', async () => {
    const focus = await edited('2 * self.r', '3 * self.r');
    const text = focus?.after.text ?? '';
    expect(text).toContain('from .shapes import area\n');
    expect(text).toContain(
      'from .shapes import Shape as _patchwright_focus_Shape\nclass Shape(_patchwright_focus_Shape):\n' +
        '    @property\n    def double(self):\n        return 3 * self.r\n',
    );
    expect(text).not.toContain('__init__');
  });

  test('says which line of the file a line of it is', async () => {
    const focus = await edited('2 * self.r', '3 * self.r');
    const lines = focus?.after.text.split('\n') ?? [];
    const wanted = FILE.replace('2 * self.r', '3 * self.r').split('\n');
    for (const { from, to, shift } of focus?.after.touched ?? []) {
      for (let line = from; line <= to; line++) {
        expect(lines[line - 1]).toBe(wanted[line + shift - 1]);
      }
    }
    expect(focus?.after.touched).toHaveLength(1);
  });

  test.each([
    ['a new function', 'LIMIT = 3\n', 'LIMIT = 3\n\n\ndef one():\n    return 1\n', 'def one()'],
    ['a new class', 'LIMIT = 3\n', 'LIMIT = 3\n\n\nclass One:\n    x = y\n', 'x = y'],
    ['a new import', 'import math\n', 'import math\nimport oss\n', 'import oss'],
    [
      'a new method',
      '    @property',
      '    def one(self):\n        return 1\n\n    @property',
      'one(',
    ],
    ['a new attribute', 'self.r = r', 'self.r = r\n        self.q = r', 'self.q = r'],
  ])('holds %s', async (_, old, replacement, held) => {
    const focus = await edited(old, replacement);
    const [{ from, to } = { from: 0, to: 0 }] = focus?.after.touched ?? [];
    const lines = focus?.after.text
      .split('\n')
      .slice(from - 1, to)
      .join('\n');
    expect(lines).toContain(held);
  });

  test('holds what uses the touched function', async () => {
    const source = `def first(r):\n    return r\n\n\ndef second(r):\n    return first(r)\n\n\ndef third(r):\n    return second(r)\n\n\nlast = first(2)\n`;
    const focus = await focusEdit('a.py', source, source.replace('return r', 'return [r]'));
    expect(focus?.after.text).toBe(
      source
        .replace('return r', 'return [r]')
        .replace('def third(r):\n    return second(r)', 'from .a import third'),
    );
    expect(focus?.after.touched).toHaveLength(3);
  });

  test('does not look at what uses a function that says what it returns', async () => {
    const source = `def first(r) -> int:\n    return r\n\n\ndef second(r):\n    return first(r)\n`;
    const focus = await focusEdit('a.py', source, source.replace('return r', 'return 2 * r'));
    expect(focus?.after.touched).toHaveLength(1);
    expect(focus?.after.text).toContain('from .a import second');
  });

  test('holds methods that use an attribute whose value is another', async () => {
    const focus = await edited('self.r = r', 'self.r = str(r)');
    expect(focus?.after.text).toContain('        self.r = str(r)\n');
    expect(focus?.after.text).toContain('        return 2 * self.r\n');
  });

  test('holds no more than a check has time for', async () => {
    const uses = Array.from(
      { length: 400 },
      (_, at) => `def use_${at}(r):\n    return area(r) + ${at}\n`,
    );
    const source = `${FILE}\n\n${uses.join('\n\n')}`;
    const focus = await focusEdit('a.py', source, source.replace('math.pi', 'math.tau'));
    expect(focus?.after.text.length).toBeLessThan(source.length);
    expect(focus?.after.touched.length).toBeGreaterThan(5);
  });

  test.each([
    ['a removed import', 'import math\n', ''],
    ['a changed import', 'import math', 'import cmath'],
    ['a removed function', 'def area(r):\n    return math.pi * r\n', ''],
    ['a renamed function', 'def area(r)', 'def areas(r)'],
    ['other parameters', 'def area(r)', 'def area(r, q)'],
    ['another base class', 'Shape(Base)', 'Shape(object)'],
    ['another attribute of a class', "kind = 'shape'", "sort = 'shape'"],
    ['a new attribute of a class', "kind = 'shape'", "kind = 'shape'\n    sort = kind"],
    ['an attribute that is set no more', '        self.size = None\n', ''],
    ['a global that is set no more', '    LIMIT = 4\n', '    pass\n'],
    ['a text that cannot be parsed', 'return math.pi * r', 'return (math.pi'],
  ])('is the whole file for %s', async (_, old, replacement) => {
    expect(await edited(old, replacement)).toBeNull();
  });

  test.each(['my-shapes.py', '2d.py'])(
    'is the whole file %s, which has no name to import',
    async (path) => {
      expect(await focusEdit(path, FILE, FILE.replace('pi', 'tau'))).toBeNull();
    },
  );

  test('of a package is imported from the package', async () => {
    const focus = await focusOutside('pkg/__init__.py', FILE);
    expect(focus?.text).toContain('from . import area\n');
    expect(focus?.touched).toEqual([]);
  });

  test('keeps the line ends of the file', async () => {
    const crlf = FILE.replaceAll('\n', '\r\n');
    const focus = await focusEdit('shapes.py', crlf, crlf.replace('math.pi', 'math.tau'));
    expect(focus?.after.text).toContain('def area(r):\r\n    return math.tau * r\r\n');
  });
});
