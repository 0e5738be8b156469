import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openBench } from './harness.ts';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6BAAAAEUlEQVR4nGP4z8DwHwQYoAwAR98H+b4ZxOAAAAAASUVORK5CYII=',
  'base64',
);
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');

const bench = openBench({
  files: {
    'short.txt': 'one\ntwo\nthree',
    'hundred.txt': numbered(250),
    'long.py': `import os\n\n\nclass Shape:\n    sides = 0\n\n    def area(self, r: int) -> float:\n${'        r += 1\n'.repeat(300)}        return r\n\n\ndef last():\n    pass\n`,
    'long.txt': numbered(500),
    'long.md': `# Title\n${'text\n'.repeat(200)}## Part\n\`\`\`sh\n# no heading\n\`\`\`\n${'text\n'.repeat(200)}`,
    'long.kt': `class Shape {\n    fun area() {\n${'        x += 1\n'.repeat(310)}    }\n}\n`,
    'min.js': `var a=${'[1,2,3],'.repeat(5000)}0;\n`,
    'empty.txt': '',
    'pixel.png': PIXEL,
    'data.bin': Buffer.from([0, 1, 2, 3, 255]),
    'a.zip': Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(3000)]),
    'latin.txt': Buffer.from('Größe\r\nzwei\r\n', 'latin1'),
    'wide.txt': Buffer.from('\ufeffGröße\nzwei\n', 'utf16le'),
    'src/deep/er/a.py': 'x = 1\n',
    'src/b.py': 'y = 2\n',
    'out/made.js': 'z\n',
    '.gitignore': 'out/\n*.log\n',
    'run.log': 'noise\n',
    '.hidden/c.txt': 'c\n',
  },
});
afterAll(() => bench.close());

const view = async (input: Record<string, unknown>) => bench.call('view', input);

describe('a file', () => {
  test('is shown whole when it is short, with line numbers', async () => {
    const answer = await view({ path: 'short.txt' });
    expect(answer.text).toBe('[short.txt: 3 lines]\n1\tone\n2\ttwo\n3\tthree');
  });

  test('is shown by windows of 100 lines', async () => {
    const answer = await view({ path: 'hundred.txt', start_line: 51 });
    expect(answer.text).toContain('[hundred.txt: 250 lines]\n(50 more lines above)\n51\tline 51\n');
    expect(answer.text).toMatch(/\n150\tline 150\n\(100 more lines below\)$/);
  });

  test('may be named by its absolute path', async () => {
    const answer = await view({ path: join(bench.seenRoot, 'short.txt'), end_line: 1 });
    expect(answer.text).toBe('[short.txt: 3 lines]\n1\tone\n(2 more lines below)');
  });

  test.each([
    ['a line past the end', { path: 'short.txt', start_line: 4 }, 'Choose a start_line up to 3.'],
    ['an end before the start', { path: 'short.txt', start_line: 3, end_line: 2 }, 'Swap them.'],
    ['a path outside', { path: '../x' }, 'outside the repository'],
    ['a file that is not there', { path: 'src/c.py' }, 'Similar paths: src/b.py'],
  ])('refuses %s and says what to do', async (_, input, advice) => {
    const answer = await view(input);
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain(advice);
  });

  test('is said to be empty', async () => {
    expect((await view({ path: 'empty.txt' })).text).toBe('[empty.txt is empty]');
  });

  test.each([
    ['latin.txt', '[latin.txt: 2 lines, latin-1, CRLF line endings]\n1\tGröße\n2\tzwei'],
    ['wide.txt', '[wide.txt: 2 lines, utf-16le]\n1\tGröße\n2\tzwei'],
  ])('in another encoding is decoded and the encoding named: %s', async (path, text) => {
    expect((await view({ path })).text).toBe(text);
  });

  test('of one very long line is cut, and can be read on by column', async () => {
    const first = await view({ path: 'min.js' });
    expect(first.text.length).toBeLessThan(2_000);
    expect(first.text).toContain('[+39008 characters]');
    expect(first.text).toContain('start_line 1, end_line 1, column 1001');
    const next = await view({ path: 'min.js', start_line: 1, column: 39_990 });
    expect(next.text).toBe('[min.js: 1 line]\n1\t…,[1,2,3],[1,2,3],0;');
  });

  test('of long lines never gives more than an observation holds', async () => {
    bench.write('heavy.txt', `${'y'.repeat(900)}\n`.repeat(90));
    const answer = await view({ path: 'heavy.txt' });
    expect(answer.text.length).toBeLessThan(25_000);
    expect(answer.text).toMatch(/go on with start_line 23/);
  });
});

describe('a long file without a line', () => {
  test('is an outline by its grammar', async () => {
    const answer = await view({ path: 'long.py' });
    expect(answer.text).toBe(
      '[long.py: 312 lines, shown as an outline: line numbers and signatures, bodies left out]\n' +
        '4-308\tclass Shape\n7-308\t  def area(self, r: int) -> float\n311-312\tdef last()\n' +
        '[Give start_line (and end_line) to read a part.]',
    );
  });

  test('is an outline by indentation where there is no grammar', async () => {
    const answer = await view({ path: 'long.kt' });
    expect(answer.text).toContain('1\tclass Shape {\n2\t  fun area() {');
    expect(answer.text).not.toContain('x += 1');
  });

  test('is an outline of headings in Markdown', async () => {
    const answer = await view({ path: 'long.md' });
    expect(answer.text).toContain('1\t# Title\n202\t  ## Part\n');
    expect(answer.text).not.toContain('no heading');
  });

  test('is its first window when it has no structure', async () => {
    const answer = await view({ path: 'long.txt' });
    expect(answer.text).toMatch(/^\[long\.txt: 500 lines\]\n1\tline 1\n/);
    expect(answer.text).toMatch(/100\tline 100\n\(400 more lines below\)$/);
  });

  test('is read at a line as any other', async () => {
    const answer = await view({ path: 'long.py', start_line: 311 });
    expect(answer.text).toBe(
      '[long.py: 312 lines]\n(310 more lines above)\n311\tdef last():\n312\t    pass',
    );
  });
});

describe('a file that is no text', () => {
  test.each([
    ['pixel.png', 'image, PNG of 2 x 3 pixels'],
    ['a.zip', 'ZIP archive (also jar, wheel, docx), 2.9 KB'],
    ['data.bin', 'binary file (.bin), 5 B'],
  ])('is described: %s', async (path, text) => {
    const answer = await view({ path });
    expect(answer.text).toContain(`[${path}: ${text}`);
    expect(answer.isError).toBe(false);
  });
});

describe('a folder', () => {
  test('is a tree with sizes, without what git ignores', async () => {
    const { text } = await view({ path: '.' });
    expect(text).toContain('[The repository: ');
    expect(text).toContain('\nsrc/\n  deep/\n    er/ (1 file)\n  b.py 6 B\n');
    expect(text).toContain('.hidden/\n  c.txt 2 B\n');
    expect(text).toContain('\nlong.txt ');
    expect(text).not.toContain('made.js');
    expect(text).not.toContain('run.log');
  });

  test('of many files is folded and says so', async () => {
    for (let index = 0; index < 400; index++) {
      bench.write(`many/${index % 20}/f${index}.txt`, 'x');
      if (index < 90) bench.write(`many/flat${index}.txt`, 'x');
    }
    const { text } = await view({ path: 'many' });
    expect(text).toContain('[many/: 490 files; ignored files left out]');
    expect(text).toContain('19/ (20 files)');
    expect(text).toContain('(30 more files)');
    expect(text).toContain('[View a folder to see more of it, or use `find_file`.]');
  });

  test('reached by a link out of the repository is refused', async () => {
    mkdirSync(join(bench.root, 'links'));
    symlinkSync('/etc', join(bench.root, 'links/etc'));
    for (const path of ['links/etc', 'links/etc/passwd']) {
      const answer = await view({ path });
      expect(answer.isError).toBe(true);
      expect(answer.text).toContain('leads out of the workspace');
    }
    const search = await bench.call('search', { pattern: 'root', path: 'links/etc' });
    expect(search.isError).toBe(true);
    expect((await bench.call('search', { pattern: 'root:' })).text).toContain('No match');
  });
});
