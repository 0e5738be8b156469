import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signatureQuery } from '../../src/search/signature.ts';
import type { KnownChanges } from '../../src/search/text-index.ts';
import { searchText, type TextQuery, textIndexOf } from '../../src/search/text-search.ts';
import { openWorkspace } from '../../src/workspace/open.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';

let top: string;
let workspace: Workspace;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'patchwright-index-'));
  mkdirSync(join(top, 'repo'));
  mkdirSync(join(top, 'scratch'));
  workspace = openWorkspace({
    kind: 'local',
    hostRoot: join(top, 'repo'),
    root: '/unused',
    hostScratch: join(top, 'scratch'),
  });
});

afterEach(async () => {
  await workspace.close();
  rmSync(top, { recursive: true, force: true });
});

function write(path: string, content: string | Uint8Array): void {
  const file = join(workspace.hostRoot, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const NO_CHANGES: KnownChanges = { edited: [], commands: 0 };
const query = (pattern: string, more: Partial<TextQuery> = {}): TextQuery => ({
  ...{ pattern, regex: false, path: '.', limit: 50 },
  ...more,
});
const learn = (scope: { path: string; glob?: string }, changes = NO_CHANGES) => {
  const index = textIndexOf(workspace);
  index.learn(scope, changes);
  return index.settled;
};
/** What ripgrep finds when it reads all files itself. */
const plainly = (asked: TextQuery) =>
  searchText(workspace, asked, { edited: [], commands: -1 - Math.random() });
const byIndex = (asked: TextQuery, changes = NO_CHANGES) => searchText(workspace, asked, changes);

describe('search with an index', () => {
  it('finds what ripgrep finds, for any files and patterns', async () => {
    const letters = fc.constantFrom('a', 'b', 'K', 'k', '\u212a', 's', '\u017f', 'é', '\n', ' ');
    const text = fc.string({ unit: letters, minLength: 4, maxLength: 40 });
    const encode = fc.constantFrom(
      (one: string) => Buffer.from(one),
      (one: string) => Buffer.from(`\ufeff${one}`),
      (one: string) => Buffer.from(`\ufeff${one}`, 'utf16le'),
      (one: string) => Buffer.from(`${one}\0${one}`),
      (one: string) => Buffer.from(`${one}\n${'x\n'.repeat(50_000)}\0${one}`),
      (one: string) => Buffer.from(one.replaceAll('\n', '\r\n')),
      (one: string) => Buffer.from(one, 'latin1'),
    );
    const between = fc.constantFrom(
      '',
      '',
      '.*',
      '\\b',
      'x?',
      '(?:qqq)?',
      '(?:qqq|)',
      '(qqqq|a|b)*',
      '\\w{0,3}',
    );
    /** A part of the text, as it is, in other cases, or with what may stand between its characters. */
    const partOf = (whole: string) =>
      fc
        .tuple(fc.nat(whole.length), fc.integer({ min: 1, max: 8 }), fc.boolean(), fc.boolean())
        .chain(([start, length, regex, upper]) => {
          const part = whole.slice(start, start + length).split('\n')[0] || 'a';
          const cased = upper ? part.toUpperCase() : part;
          return regex
            ? fc
                .tuple(between, fc.nat(part.length), fc.constantFrom('', '|zzzz', '|[ab]'))
                .map(([piece, at, end]) =>
                  query(`${cased.slice(0, at)}${piece}${cased.slice(at)}${end}`, { regex }),
                )
            : fc.constant(query(cased));
        });
    const sample = fc
      .tuple(fc.array(fc.tuple(text, encode), { minLength: 1, maxLength: 4 }))
      .chain(([texts]) =>
        fc.tuple(
          fc.constant(texts.map(([one, encoded]) => encoded(one))),
          fc.array(fc.tuple(partOf(texts[0]?.[0] ?? ''), fc.boolean(), fc.boolean()), {
            minLength: 1,
            maxLength: 4,
          }),
        ),
      );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(sample, async ([contents, queries]) => {
        const folder = `run-${++run}`;
        for (const [at, one] of contents.entries()) write(`${folder}/${at}.txt`, one);
        await learn({ path: folder });
        for (const [one, ignoreCase, wholeWord] of queries) {
          const full = { ...one, path: folder, ignoreCase, wholeWord };
          expect(await byIndex(full)).toEqual(await plainly(full));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('reads only the files that may match', async () => {
    for (let n = 0; n < 200; n++) write(`src/f${n}.py`, `def number_${n}():\n    return ${n}\n`);
    await learn({ path: '.' });

    const wanted = signatureQuery([['number_150()']], false);
    if (!wanted) throw new Error('a long text says something');
    const found = textIndexOf(workspace).candidates(wanted, { path: '.' }, NO_CHANGES);
    expect(found).toContain('src/f150.py');
    expect(found?.length).toBeLessThan(5);
  });

  it('sees the edits of tools, and after a command nothing but what ripgrep reads', async () => {
    write('a.py', 'one = 1\n');
    write('b.py', 'other = 1\n');
    await learn({ path: '.' });
    write('a.py', 'fresh_name = 1\n');
    const edited = { edited: ['a.py'], commands: 0 };
    expect((await byIndex(query('fresh_name'), edited)).total).toBe(1);
    expect((await byIndex(query('one = '), edited)).total).toBe(0);
    write('new.py', 'newest_name = 1\n');
    expect(
      (await byIndex(query('newest_name'), { edited: ['a.py', 'new.py'], commands: 0 })).total,
    ).toBe(1);
    write('b.py', 'changed_by_command = 1\n');
    expect(
      (await byIndex(query('changed_by_command'), { edited: ['a.py'], commands: 1 })).total,
    ).toBe(1);
  });

  it('keeps to a glob, to ignore files and to their changes', async () => {
    write('.gitignore', 'out/\n');
    write('out/a.py', 'needle\n');
    write('a.py', 'needle\n');
    write('a.md', 'needle\n');
    for (const glob of ['*.py', '!*.py', '/a.*', '{a,b}.md']) {
      await learn({ path: '.', glob });
      const asked = query('needle', { glob });
      expect(await byIndex(asked)).toEqual(await plainly(asked));
    }
    await learn({ path: '.' });
    write('.gitignore', '');
    const after = await byIndex(query('needle'), { edited: ['.gitignore'], commands: 0 });
    expect(after.files.map(({ path }) => path)).toEqual(['a.md', 'a.py', 'out/a.py']);
  });

  it('says what is wrong with a pattern also when no file may match', async () => {
    write('a.py', 'x\n');
    await learn({ path: '.' });
    await expect(byIndex(query('nowhere(?=x)', { regex: true }))).rejects.toThrow(/look-around/);
  });

  it('reads a file by its name as ripgrep does, the index or not', async () => {
    write('binary', Buffer.from('needle\0\nneedle\n'));
    const asked = query('needle', { path: 'binary' });
    await learn({ path: 'binary' });
    expect(await byIndex(asked)).toEqual(await plainly(asked));
  });
});
