import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeText, encodeText } from '../../src/text/encoding.ts';
import { applyReplacements, planReplacements } from '../../src/text/replace.ts';
import { openBench } from './harness.ts';

const bench = openBench();
afterAll(() => bench.close());

/** A file no grammar knows, so that every edit of it counts. */
const PATH = 'notes.unknown';
/** Outside of Latin-1 stay only characters that the encodings under test have. */
const word = fc.stringMatching(/^[ \tA-Za-zäöß0-9.{}("']{0,12}$/);
const ending = fc.constantFrom('\n', '\r\n');

const file = fc.record({
  lines: fc.array(fc.tuple(word, ending), { minLength: 1, maxLength: 12 }),
  last: fc.option(word, { nil: '' }),
  encode: fc.constantFrom<(text: string) => Buffer>(
    (text) => Buffer.from(text, 'utf8'),
    (text) => Buffer.from(`\ufeff${text}`, 'utf8'),
    (text) => Buffer.from(text, 'latin1'),
    (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  ),
});

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ from: fc.nat(11), size: fc.nat(3), text: fc.array(word) }) },
  { weight: 1, arbitrary: fc.constant('undo' as const) },
);

/** Lines with their endings, as bytes of the encoding under test; the reference the tool is held against. */
function rawLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

describe('edit and undo', () => {
  test('bytes outside the edited lines stay, and undo restores every byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.array(step, { minLength: 1, maxLength: 8 }),
        async (made, steps) => {
          const text = made.lines.map(([line, end]) => line + end).join('') + made.last;
          fc.pre(text !== '');
          bench.write(PATH, made.encode(text));
          const history: Buffer[] = [];
          for (const each of steps) {
            const before = bench.read(PATH);
            if (each === 'undo') {
              if (history.length === 0) continue;
              expect((await bench.call('undo', {})).isError).toBe(false);
              expect(bench.read(PATH)).toEqual(history.pop());
              continue;
            }
            const lines = rawLines(decodeText(before)?.text ?? '');
            const start = Math.min(each.from, Math.max(0, lines.length - 1));
            const end = Math.min(start + each.size, lines.length);
            const answer = await bench.call('edit', {
              path: PATH,
              start_line: start + 1,
              end_line: end,
              new_text: each.text.join('\n'),
            });
            const after = bench.read(PATH);
            if (answer.isError) {
              expect(after).toEqual(before);
              continue;
            }
            history.push(before);
            const encoding = decodeText(before)?.encoding ?? 'utf-8';
            const head = encodeText(lines.slice(0, start).join(''), encoding);
            expect(after.subarray(0, head.length)).toEqual(head);
            const tail = lines.slice(end).join('');
            const tailBytes = encodeText(tail, encoding).subarray(encodeText('', encoding).length);
            expect(after.subarray(after.length - tailBytes.length)).toEqual(tailBytes);
            const body = (decodeText(after)?.text ?? '').slice(
              lines.slice(0, start).join('').length,
            );
            const shown = body.slice(0, body.length - tail.length).replaceAll('\r\n', '\n');
            // Whether the last line gets an ending depends on its place; the rest is what was sent.
            expect(shown.replace(/^\n|\n+$/g, '')).toBe(
              each.text.join('\n').replace(/^\n|\n+$/g, ''),
            );
          }
          while (history.length > 0) {
            const expected = history.pop();
            expect((await bench.call('undo', {})).isError).toBe(false);
            expect(bench.read(PATH)).toEqual(expected);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('replacing a unique text equals replacing it in the text with plain line endings', () => {
    fc.assert(
      fc.property(file, word, fc.array(word, { maxLength: 3 }), (made, marker, replacement) => {
        const wanted = `<<${marker}>>`;
        const lf = `${made.lines.map(([line]) => line).join('\n')}\n${wanted}\n${made.last}`;
        const text = lf.replaceAll('\n', '\r\n');
        const newText = replacement.join('\n');
        fc.pre(newText !== wanted);
        const plan = planReplacements(text, [{ oldText: wanted, newText }]);
        expect(applyReplacements(text, plan)).toBe(
          lf.replace(wanted, () => newText).replaceAll('\n', '\r\n'),
        );
      }),
    );
  });
});

describe('view', () => {
  test('the window shown is the text of the file', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.nat(14), fc.nat(14), async (made, from, size) => {
        const text = made.lines.map(([line, end]) => line + end).join('') + made.last;
        fc.pre(text !== '');
        bench.write(PATH, made.encode(text));
        const lines = rawLines(text).map((line) => line.replace(/\r?\n$/, ''));
        const start = Math.min(from, lines.length - 1) + 1;
        const end = start + size;
        const answer = await bench.call('view', { path: PATH, start_line: start, end_line: end });
        const shown = answer.text
          .split('\n')
          .flatMap((row) => /^(\d+)\t(.*)$/s.exec(row)?.slice(1) ?? []);
        const expected = lines
          .slice(start - 1, end)
          .flatMap((line, offset) => [String(start + offset), line]);
        expect(shown).toEqual(expected);
        const below = lines.length - Math.min(end, lines.length);
        expect(/\((\d+) more lines? above\)/.exec(answer.text)?.[1] ?? '0').toBe(String(start - 1));
        expect(/\((\d+) more lines? below\)/.exec(answer.text)?.[1] ?? '0').toBe(String(below));
      }),
      { numRuns: 150 },
    );
  });
});
