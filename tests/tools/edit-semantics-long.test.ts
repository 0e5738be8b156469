import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './harness.ts';

const filler = Array.from(
  { length: 260 },
  (_, at) => `def part_${at}(x):\n    y = x + ${at}\n    return [y * 2 for y in range(y)]\n\n\n`,
).join('');
const LONG = `import math
import os

from .units import meters

counter = None


class Shape:
    def __init__(self, r):
        self.r = r
        self.name = "shape"

    def area(self):
        return meters(math.pi * self.r)

    def label(self):
        return self.name.upper()


class Round(Shape):
    def area(self):
        return super().area()


def bump():
    global counter, hidden
    counter = 1
    hidden = 2


def lowered():
    return Shape(1).area().lower()


${filler}def last(shape):
    return shape.area()
`;
const FILES = {
  'shapes/__init__.py': '',
  'shapes/units.py': 'def meters(x):\n    return f"{x} m"\n',
  'shapes/long.py': LONG,
};

/** The same answers as for a short file; a long one is checked by parts. */
describe('semantic checks of an edit in a long file', () => {
  let bench: Bench;
  beforeAll(() => {
    bench = openBench({ files: FILES, semanticChecks: true });
  });
  beforeEach(() => {
    for (const [path, content] of Object.entries(FILES)) bench.write(path, content);
  });
  afterAll(() => bench.close());

  const edit = (old_text: string, new_text: string) =>
    bench.call('edit', { path: 'shapes/long.py', old_text, new_text });

  test.each([
    [
      'an undefined name',
      'math.pi * self.r',
      'math.pi * radius',
      'line 15, column 33: "radius" is not defined',
    ],
    ['an undefined name in a function', 'shape.area()', 'shapes.area()', '"shapes" is not defined'],
    ['a module that does not exist', 'return shape.area()', 'import oss\n    return oss', '"oss"'],
    [
      'a name a module lacks',
      'return shape.area()',
      'from .units import feet\n    return feet',
      '"feet"',
    ],
    [
      'an undefined name in a new method',
      '    def label',
      '    def one(self):\n        return two\n\n    def label',
      '"two"',
    ],
    ['a new import of nothing', 'import os\n', 'import os\nimport oss\n', '"oss"'],
    ['a removed import', 'import math\n', '', '"math" is not defined'],
    ['a renamed parameter', 'def last(shape)', 'def last(figure)', '"shape" is not defined'],
  ])('refuses %s', async (_, old, replacement, finding) => {
    const answer = await edit(old, replacement);
    expect(answer.isError, answer.text).toBe(true);
    expect(answer.text).toContain(finding);
    expect(bench.read('shapes/long.py').toString()).toBe(LONG);
  });

  test.each([
    ['an attribute that does not exist', 'math.pi', 'math.pie', '"pie" is not a known attribute'],
    ['an attribute of the object', 'self.name.upper()', 'self.title.upper()', '"title"'],
    ['a method of an attribute', 'self.name.upper()', 'self.name.uppper()', '"uppper"'],
    [
      'too many arguments',
      'meters(math.pi * self.r)',
      'meters(math.pi, 1)',
      'Expected 1 positional',
    ],
    [
      'a call in another function that it spoils',
      'return meters(math.pi * self.r)',
      'return len(self.name)',
      '"lower"',
    ],
    [
      'an attribute used in another method',
      'self.name = "shape"',
      'self.name = len("shape")',
      '"upper"',
    ],
  ])('remarks on %s', async (_, old, replacement, finding) => {
    const answer = await edit(old, replacement);
    expect(answer.isError, answer.text).toBe(false);
    expect(answer.text).toContain(finding);
  });

  test.each([
    ['a clean edit', 'shape.area()', 'shape.area() + "."'],
    ['a method of the class', 'self.name.upper()', 'self.name.upper() + self.area()'],
    ['a method of its base', 'super().area()', 'super().area() + super().label() + self.name'],
    ['a name bound by global', 'shape.area()', '(shape.area(), hidden)'],
    [
      'a new function and its use',
      'def last(shape):\n    return',
      'def twice(x):\n    return 2 * x\n\n\ndef last(shape):\n    return twice(3) or',
    ],
  ])('accepts %s', async (_, old, replacement) => {
    const answer = await edit(old, replacement);
    expect(answer.isError, answer.text).toBe(false);
    expect(answer.text).not.toContain('Look at this once more');
  });

  test('what was viewed is known as it is on disk when it is edited', async () => {
    await bench.call('view', { path: 'shapes/long.py', start_line: 1 });
    bench.write(
      'shapes/long.py',
      LONG.replace('last(shape)', 'last(figure)').replace('shape.area', 'figure.area'),
    );
    expect((await edit('figure.area()', 'shape.area()')).text).toContain('"shape" is not defined');
    const good = await edit('figure.area()', 'figure.label()');
    expect(good.isError, good.text).toBe(false);
  });

  test('what another edit or a command made since is known, and gone after undo', async () => {
    const use = () =>
      edit('return shape.area()', 'from .units import feet\n    return feet(shape)');
    const make = 'printf "def feet(x):\\n    return x\\n" >> shapes/units.py';
    expect((await use()).isError).toBe(true);
    expect((await bench.call('bash', { command: make })).isError).toBe(false);
    const answer = await use();
    expect(answer.isError, answer.text).toBe(false);
    await bench.call('undo', {});
    const first = { path: 'shapes/units.py', old_text: 'def feet', new_text: 'def yards' };
    expect((await bench.call('edit', first)).isError).toBe(false);
    expect((await use()).isError).toBe(true);
  });

  test('one edit after the other is judged as by a checker that has just read the file', async () => {
    const edits = [
      ['return shape.area()', 'return helper(shape)'],
      ['def last(shape):', 'def helper(shape):\n    return shape.area()\n\n\ndef last(shape):'],
      ['    return shape.area()\n\n\ndef last', '    return None\n\n\ndef last'],
      ['def last(shape):\n    return shape.area()', 'def last(shape):\n    return helper(shape)'],
      ['return helper(shape)', 'return helper(shape).area()'],
      ['self.r = r\n', 'self.r = r\n        self.size = 2 * r\n'],
      ['return self.name.upper()', 'return self.size.upper()'],
      ['return self.size.upper()', 'return self.width'],
      ['import os\n', 'import os\nimport json\n'],
      ['return [y * 2 for y in range(y)]\n\n\ndef part_9(', 'return json.dump\n\n\ndef part_9('],
      ['return super().area()', 'return jsonn.dumps(super().area())'],
      [
        '    return [y * 2 for y in range(y)]\n\n\ndef helper',
        '    return lowered(1)\n\n\ndef helper',
      ],
    ] as const;
    for (const [old_text, new_text] of edits) {
      const text = bench.read('shapes/long.py').toString();
      const fresh = openBench({
        files: { ...FILES, 'shapes/long.py': text },
        semanticChecks: true,
      });
      const input = { path: 'shapes/long.py', old_text, new_text };
      const [warm, wanted] = [await bench.call('edit', input), await fresh.call('edit', input)];
      await fresh.close();
      expect(findings(warm.text), new_text).toEqual(findings(wanted.text));
      expect(warm.isError).toBe(wanted.isError);
    }
  });
});

/** Lines of an answer that tell of a finding. */
function findings(answer: string): string[] {
  return answer.split('\n').filter((line) => /\((?:pyright|syntax)\)|^- line|^line \d/.test(line));
}
