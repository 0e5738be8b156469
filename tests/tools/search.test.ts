import { afterAll, describe, expect, test } from 'vitest';
import { openBench } from './harness.ts';

const bench = openBench({
  files: {
    'src/shape.py':
      'class Shape:\n    def area(self):\n        return side(self) ** 2  # area of it\n\n\ndef side(shape):\n    return shape.area()\n',
    'src/use.py': 'from src.shape import Shape\n\nprint(Shape().area(), "area")\n',
    'web/shape.js':
      'class Shape {\n  area() {\n    return 1;\n  }\n}\nexports.area = (s) => s.area();\n',
    'docs/a.md': 'The area is a number. (area)\n',
    'notes.txt': 'a.b\naXb\n-e flag\n--pre=touch pwned\n',
    'wide.txt': `${'x'.repeat(2000)}needle${'y'.repeat(2000)}\n`,
    'ignored/x.py': 'area = 1\n',
    '.gitignore': 'ignored/\n',
    'latin.txt': Buffer.from('Größe needle2\n', 'latin1'),
    'odd name\t.txt': 'peculiar\n',
  },
});
afterAll(() => bench.close());

const search = (input: Record<string, unknown>) => bench.call('search', input);

describe('search for text', () => {
  test('groups matches by file, with line numbers, and leaves out what git ignores', async () => {
    const { text } = await search({ pattern: 'Shape' });
    expect(text).toBe(
      '[4 matching lines in 3 files]\n' +
        'src/shape.py\n1: class Shape:\n' +
        'src/use.py\n1: from src.shape import Shape\n3: print(Shape().area(), "area")\n' +
        'web/shape.js\n1: class Shape {',
    );
  });

  test('takes the pattern as it is, or as a regular expression', async () => {
    expect((await search({ pattern: 'a.b' })).text).toBe(
      '[1 matching line in 1 file]\nnotes.txt\n1: a.b',
    );
    expect((await search({ pattern: 'a.b$', kind: 'regex' })).text).toContain('1: a.b\n2: aXb');
  });

  test.each(['-e flag', '--pre=touch pwned'])(
    'takes no pattern for an option: %s',
    async (pattern) => {
      const { text, isError } = await search({ pattern });
      expect(isError).toBe(false);
      expect(text).toContain(`: ${pattern}`);
    },
  );

  test('limits to a folder, a file, a glob, and ignores case', async () => {
    expect((await search({ pattern: 'area', path: 'web' })).text).not.toContain('src/');
    expect((await search({ pattern: 'area', path: 'docs/a.md' })).text).toContain('1: The area');
    expect((await search({ pattern: 'area', glob: '*.js' })).text).not.toContain('.py');
    expect((await search({ pattern: 'AREA', ignore_case: true, glob: '*.md' })).text).toContain(
      '[1 matching line in 1 file]',
    );
  });

  test('shows lines around a match', async () => {
    const { text } = await search({ pattern: 'return 1', context: 1 });
    expect(text).toBe(
      '[1 matching line in 1 file]\nweb/shape.js\n2-   area() {\n3:     return 1;\n4-   }',
    );
  });

  test('cuts long lines and says where the match is', async () => {
    const { text } = await search({ pattern: 'needle', path: 'wide.txt' });
    expect(text.length).toBeLessThan(500);
    expect(text).toContain('[match at column 2001]');
  });

  test('reads other encodings and odd names', async () => {
    expect((await search({ pattern: 'needle2' })).text).toContain('latin.txt\n1: Gr');
    expect((await search({ pattern: 'peculiar' })).text).toContain('odd name\t.txt\n1: peculiar');
  });

  test('says what to try when nothing is found', async () => {
    const { text, isError } = await search({ pattern: 'nothing|nobody', path: 'src' });
    expect(isError).toBe(false);
    expect(text).toContain('No match for "nothing|nobody" in src');
    expect(text).toContain('use kind "regex"');
    expect(text).toContain('Search the whole repository (no path).');
  });

  test('explains a wrong regular expression', async () => {
    const { text, isError } = await search({ pattern: 'area(', kind: 'regex' });
    expect(isError).toBe(true);
    expect(text).toContain('unclosed group');
    expect(text).toContain('kind "text"');
  });

  test('caps the answer, names what was left out and a narrower query', async () => {
    for (let file = 0; file < 30; file++) {
      bench.write(`many/part${file % 3}/f${file}.txt`, 'common word\n'.repeat(40));
    }
    const { text } = await search({ pattern: 'common word' });
    expect(text).toContain('[1200 matching lines in 30 files]');
    expect(text.match(/: common word/g)).toHaveLength(60);
    expect(text).toMatch(
      /\[1140 matching lines left out: many\/part\d\/f\d+\.txt \(40\), .* and 22 more files\. Narrow it: path "many"/,
    );
    expect(text.length).toBeLessThan(25_000);
  });

  test('counts what it does not read', async () => {
    for (let file = 0; file < 60; file++) {
      bench.write(`huge/f${String(file).padStart(2, '0')}.txt`, `${'z'.repeat(200)}\n`.repeat(300));
    }
    const { text } = await search({ pattern: 'zz', path: 'huge' });
    expect(text).toContain('[18000 matching lines in 60 files]');
    expect(text).toMatch(/^huge\/f00\.txt\n1: zzz/m);
    expect(text).toMatch(/\[17\d+ matching lines left out: huge\/f/);
  });
});

describe('search for a symbol', () => {
  test('shows definitions first, then uses; comments and strings do not count', async () => {
    const { text } = await search({ pattern: 'area', kind: 'symbol' });
    expect(text).toBe(
      '[3 definitions of area]\n' +
        'src/shape.py:2-3: def area(self) [in Shape]\n' +
        'web/shape.js:2-4: area() [in Shape]\n' +
        'web/shape.js:6: exports.area = (s)\n' +
        '[used on 2 lines in 2 files]\n' +
        'src/shape.py\n7: return shape.area()\n' +
        'src/use.py\n3: print(Shape().area(), "area")',
    );
  });

  test('takes the class with the name', async () => {
    const { text } = await search({ pattern: 'Shape.area', kind: 'symbol', path: 'web' });
    expect(text).toContain('[1 definition of Shape.area in web]\nweb/shape.js:2-4: area()');
  });

  test('sees an edit at once', async () => {
    const before = await search({ pattern: 'side', kind: 'symbol' });
    expect(before.text).toContain('src/shape.py:6-7: def side(shape)');
    await bench.call('edit', {
      path: 'src/shape.py',
      start_line: 1,
      end_line: 0,
      new_text: 'import os',
    });
    const after = await search({ pattern: 'side', kind: 'symbol' });
    expect(after.text).toContain('src/shape.py:7-8: def side(shape)');
    await bench.call('undo', {});
  });

  test('says what to try when there is none', async () => {
    expect((await search({ pattern: 'nowhere', kind: 'symbol' })).text).toContain('kind "text"');
    const wrong = await search({ pattern: 'def area', kind: 'symbol' });
    expect(wrong.isError).toBe(true);
    expect(wrong.text).toContain('give one name');
  });
});

describe('find_file', () => {
  const find = async (input: Record<string, unknown>) => bench.call('find_file', input);

  test.each([
    [{ name: 'shape' }, 'src/shape.py\nweb/shape.js'],
    [{ name: 'SHAPE.JS' }, 'web/shape.js'],
    [{ name: 'src/sh' }, 'src/shape.py'],
    [{ name: './src/use.py' }, 'src/use.py'],
    [{ name: '*.md' }, 'docs/a.md'],
    [{ name: 's*/**/*.py' }, 'src/shape.py\nsrc/use.py'],
    [{ name: 'shape', path: 'web' }, 'web/shape.js'],
    [{ name: '.gitignore' }, '.gitignore'],
  ])('finds %j', async (input, text) => {
    expect((await find(input)).text).toBe(text);
  });

  test('does not find what git ignores, and proposes similar names', async () => {
    const { text } = await find({ name: 'shapes.py' });
    expect(text).toContain('No file matches "shapes.py"');
    expect(text).toContain('Similar names: src/shape.py');
    expect((await find({ name: 'x.py' })).text).toContain('No file matches');
  });

  test('caps a long list', async () => {
    for (let index = 0; index < 150; index++) bench.write(`lots/item${index}.txt`, '');
    const { text } = await find({ name: 'item' });
    expect(text.split('\n')).toHaveLength(101);
    expect(text).toContain('[50 more of 150 files match "item"; give a longer name or a `path`.]');
  });
});
