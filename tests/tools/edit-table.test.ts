import { afterAll, describe, expect, test } from 'vitest';
import { LANGUAGES, type LanguageCase } from './edit-languages.ts';
import { openBench } from './harness.ts';

const bench = openBench();
afterAll(() => bench.close());

let files = 0;

/** Every case works on a file of its own. */
function place(language: LanguageCase, content: Buffer): string {
  const path = `case${++files}/${language.path}`;
  bench.write(path, content);
  return path;
}

const utf8 = (text: string) => Buffer.from(text, 'utf8');
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const bom = (text: string) => utf8(`\ufeff${text}`);
const crlf = (text: string) => text.replaceAll('\n', '\r\n');
const tabs = (text: string) => text.replace(/^( {2})+/gm, (white) => '\t'.repeat(white.length / 2));
const open = (text: string) => text.replace(/\n$/, '');

/** How a file is stored, and how the model sees the same text. */
const STORED: readonly {
  readonly name: string;
  /** Of the text with `\n`. */
  readonly bytes: (text: string) => Buffer;
  readonly model?: (text: string) => string;
}[] = [
  { name: 'UTF-8', bytes: utf8 },
  { name: 'CRLF', bytes: (text) => utf8(crlf(text)) },
  { name: 'Latin-1', bytes: latin1 },
  { name: 'a byte order mark', bytes: bom },
  { name: 'UTF-16 and CRLF', bytes: (text) => utf16(crlf(text)) },
  { name: 'no last newline', bytes: (text) => utf8(open(text)) },
];

describe.each(LANGUAGES)('$language', (language) => {
  const { text, old, good, broken } = language;
  const edited = text.replace(old, () => good);

  test.each(STORED)('a good edit of a file in $name', async ({ bytes }) => {
    const path = place(language, bytes(text));
    const answer = await bench.call('edit', { path, old_text: old, new_text: good });
    expect(answer.text).toContain(`[${path} was changed;`);
    expect(answer.isError).toBe(false);
    expect(bench.read(path)).toEqual(bytes(edited));
  });

  test('a good edit of lines by number', async () => {
    const path = place(language, utf8(text));
    const line = text.slice(0, text.indexOf(old)).split('\n').length;
    const answer = await bench.call('edit', {
      path,
      start_line: line,
      end_line: line,
      new_text: good,
    });
    expect(answer.isError, answer.text).toBe(false);
    expect(bench.read(path)).toEqual(utf8(edited));
  });

  // YAML forbids tabs, and Go's file has them anyway.
  if (tabs(text) !== text && language.language !== 'YAML') {
    test('tabs stay tabs', async () => {
      const path = place(language, utf8(tabs(text)));
      const answer = await bench.call('edit', {
        path,
        old_text: tabs(old),
        new_text: tabs(good),
      });
      expect(answer.isError, answer.text).toBe(false);
      expect(bench.read(path)).toEqual(utf8(tabs(edited)));
    });
  }

  test('other white space than the file has is a miss that shows it', async () => {
    const path = place(language, utf8(text));
    const wanted = `${' '.repeat(13)}${old.trimStart()}`;
    const answer = await bench.call('edit', { path, old_text: wanted, new_text: good });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain(`old_text is not in ${path}; nothing was changed.`);
    expect(answer.text).toMatch(/Line \d+ is indented by .*, yours by 13 spaces\./);
    expect(answer.text).toContain(open(old));
    expect(bench.read(path)).toEqual(utf8(text));
  });

  test('overlapping edits are refused, all of them', async () => {
    const path = place(language, utf8(text));
    const line = text.slice(0, text.indexOf(old)).split('\n').length;
    const edits = [
      { old_text: old, new_text: good },
      { start_line: line, end_line: line, new_text: good },
    ];
    const answer = await bench.call('edit', { path, edits });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain(`Edits 1 and 2 of 2 overlap at line ${line}.`);
    expect(bench.read(path)).toEqual(utf8(text));
  });

  test('undo gives back the bytes', async () => {
    const path = place(language, latin1(crlf(text)));
    await bench.call('edit', { path, old_text: old, new_text: good });
    expect(bench.read(path)).toEqual(latin1(crlf(edited)));
    const answer = await bench.call('undo', {});
    expect(answer.isError, answer.text).toBe(false);
    expect(bench.read(path)).toEqual(latin1(crlf(text)));
  });

  if (broken !== null) {
    test('a broken edit is undone and shown', async () => {
      const path = place(language, utf8(text));
      const answer = await bench.call('edit', { path, old_text: old, new_text: broken });
      expect(answer.isError).toBe(true);
      expect(answer.text).toContain(`The edit was not made: ${path} stays as it was`);
      expect(answer.text).toMatch(/- line \d+, column \d+: .+ \(syntax\)/);
      expect(answer.text).toContain(broken.split('\n')[0]);
      expect(answer.text).toContain(old.split('\n')[0]);
      expect(answer.text).toContain('Do not send the same edit again.');
      expect(bench.read(path)).toEqual(utf8(text));
    });

    test('a file that is broken already can be edited and mended', async () => {
      const was = text.replace(old, () => broken);
      const path = place(language, utf8(was));
      const [first = ''] = text.split('\n');
      const touched = first.replace('Größe', 'size');
      if (touched !== first) {
        const other = await bench.call('edit', { path, old_text: first, new_text: touched });
        expect(other.isError, other.text).toBe(false);
      }
      const mended = await bench.call('edit', { path, old_text: broken, new_text: good });
      expect(mended.isError, mended.text).toBe(false);
      expect(bench.read(path)).toEqual(utf8(edited.replace(first, touched)));
    });
  }
});
