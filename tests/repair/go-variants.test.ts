import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/repair/edits/edit.ts';
import { editContext, enumerateEdits } from '../../src/repair/edits/enumerate.ts';
import { grammarOf } from '../../src/repair/grammar/grammar.ts';
import { parseProfile } from '../../src/repair/localise/go-coverage.ts';
import { behaviourFile, readBehaviour } from '../../src/repair/pool/go-behaviour.ts';
import { readRun } from '../../src/repair/pool/go-tests.ts';
import { goVariants, refused, variantFile } from '../../src/repair/pool/go-variants.ts';
import { descendants, parseSource, parsesCleanly, type SourceFile } from '../../src/repair/tree.ts';
import { samples } from './samples.ts';

const ranges = readFileSync(new URL('../repos/go-ranges/ranges.go', import.meta.url), 'utf8');

async function parsed(text: string): Promise<SourceFile> {
  const source = await parseSource('a/ranges.go', 'go', text);
  if (!source) throw new Error('not parsed');
  return source;
}

function candidatesOf(source: SourceFile): Candidate[] {
  const grammar = grammarOf('go');
  return [...descendants(source.root)]
    .filter((node) => grammar.isFunction(node))
    .flatMap((node) => enumerateEdits(editContext(source, node)));
}

describe.each([
  ['ranges', ranges],
  ['the sample', samples.find(({ language }) => language === 'go')?.text ?? ''],
])('one program for all candidates of %s', (_, text) => {
  let source: SourceFile;
  let candidates: Candidate[];
  beforeAll(async () => {
    source = await parsed(text);
    // As many as a few batches hold.
    candidates = candidatesOf(source).slice(0, 2000);
  });

  it('parses and has each candidate in lines of its own', async () => {
    const { text: made, lines } = goVariants(source, [...candidates.entries()]);
    expect(await parsesCleanly('go', made)).toBe(true);
    expect(lines.size).toBeGreaterThan(candidates.length / 2);
    const spans = [...lines.values()].sort(([a], [b]) => a - b);
    for (const [index, [first, last]] of spans.entries()) {
      expect(first).toBeLessThanOrEqual(last);
      expect(first).toBeGreaterThan(spans[index - 1]?.[1] ?? 0);
    }
  });

  it('is the file as it stands without candidates', () => {
    expect(goVariants(source, []).text).toBe(text);
  });
});

it('names the candidates that a compiler refuses', async () => {
  const source = await parsed('package a\n\nfunc One() int {\n\treturn 1\n}\n');
  const at = source.text.indexOf('1\n');
  const candidate: Candidate = {
    path: source.path,
    edits: [{ start: at, end: at + 1, text: '"x"', kind: 'number', extra: 0 }],
    cost: 0,
  };
  const variants = goVariants(source, [[7, candidate]]);
  const line = variants.text.split('\n').findIndex((each) => each.includes('"x"')) + 1;
  const told = `# a\n../x/variants.go:${line}:9: cannot use "x"\n./other.go:${line}:9: no\n`;
  expect(refused(told, ['variants.go'], variants)).toEqual(new Set([7]));
  expect(refused(told, ['another.go'], variants)).toEqual(new Set());
  expect(variantFile(source)).toMatch(/^package a\n/);
});

it('makes a test that calls a function, and none for a method', async () => {
  const source = await parsed(`${ranges}\ntype Box int\n\nfunc (b Box) Twice() int { return 2 }\n`);
  const functions = [...descendants(source.root)].filter((node) =>
    grammarOf('go').isFunction(node),
  );
  const files = functions.map((node) =>
    behaviourFile(source, node, { numbers: [1.5, -2], strings: ['a"b', 'é\n'] }),
  );
  expect(files.at(-1)).toBe(null);
  expect(files[1]).toContain('reflect.ValueOf(Overlap)');
  expect(await parsesCleanly('go', files[1] ?? '')).toBe(true);
});

it('reads what a test program prints', () => {
  const printed = `=== RUN   TestA
=== RUN   TestA/one
    a_test.go:14: got 1, want 3
--- FAIL: TestA (0.00s)
    --- FAIL: TestA/one (0.00s)
=== RUN   TestB
--- PASS: TestB (0.01s)
FAIL
`;
  const { verdicts, places } = readRun(printed);
  expect([...verdicts]).toEqual([
    ['TestA', 'failed'],
    ['TestA/one', 'failed'],
    ['TestB', 'passed'],
  ]);
  expect([...places]).toEqual(['a_test.go:14']);
});

it('reads results up to a call that came to no end', () => {
  const results = readBehaviour('patchwright-result "1;"\npatchwright-result "!gone"\n');
  expect(results.slice(0, 3)).toEqual(['1;', '!gone', '!hang']);
  expect(readBehaviour('FAIL\n')).toEqual([]);
});

it('reads the lines of a cover profile that ran', () => {
  const profile =
    'mode: set\nm/a/b.go:3.10,5.2 2 1\nm/a/b.go:7.1,9.2 1 0\nother/c.go:1.1,2.2 1 1\n';
  expect(parseProfile(profile, 'm')).toEqual({ 'a/b.go': [3, 4, 5] });
});
