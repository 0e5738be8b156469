import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits, type Candidate, inverseEdits } from '../../src/repair/edits/edit.ts';
import { editContext, enumerateEdits } from '../../src/repair/edits/enumerate.ts';
import { grammarOf } from '../../src/repair/grammar/grammar.ts';
import { descendants, parseSource, parsesCleanly } from '../../src/repair/tree.ts';
import { samples } from './samples.ts';

async function candidatesOf(sample: (typeof samples)[number]): Promise<Candidate[]> {
  const source = await parseSource(sample.path, sample.language, sample.text);
  if (!source) throw new Error('not parsed');
  const grammar = grammarOf(sample.language);
  return [...descendants(source.root)]
    .filter((node) => grammar.isFunction(node))
    .flatMap((node) => enumerateEdits(editContext(source, node)));
}

describe.each(samples)('edits of $path', (sample) => {
  let candidates: Candidate[] = [];
  beforeAll(async () => {
    candidates = await candidatesOf(sample);
  });

  it('parses without an error before any edit', async () => {
    expect(await parsesCleanly(sample.language, sample.text)).toBe(true);
    expect(candidates.length).toBeGreaterThan(100);
  });

  it('gives edits of which each parses', async () => {
    const index = fc.nat({ max: candidates.length - 1 });
    await fc.assert(
      fc.asyncProperty(index, async (at) => {
        const edits = candidates[at]?.edits ?? [];
        const after = applyEdits(sample.text, edits);
        if (!(await parsesCleanly(sample.language, after))) {
          throw new Error(`does not parse: ${JSON.stringify(edits)}`);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('gives edits that can be taken back to the same text', () => {
    for (const { edits } of candidates) {
      const after = applyEdits(sample.text, edits);
      expect(after).not.toBe(sample.text);
      if (applyEdits(after, inverseEdits(sample.text, edits)) !== sample.text) {
        throw new Error(`not taken back: ${JSON.stringify(edits)}`);
      }
    }
  });

  it('gives the same order every time', async () => {
    const again = await candidatesOf(sample);
    expect(again.map(({ edits, cost }) => [edits, cost])).toEqual(
      candidates.map(({ edits, cost }) => [edits, cost]),
    );
  });

  it('leaves what is outside of the edit as it is', () => {
    for (const { edits } of candidates) {
      const after = applyEdits(sample.text, edits);
      const first = edits[0]?.start ?? 0;
      const last = edits.at(-1)?.end ?? 0;
      expect(after.startsWith(sample.text.slice(0, first))).toBe(true);
      expect(after.endsWith(sample.text.slice(last))).toBe(true);
    }
  });
});

describe('the kinds of edits', () => {
  const wanted: readonly [string, string, string, string][] = [
    ['a boundary', 'python', 'def f(a, b):\n    return a < b\n', 'a <= b'],
    ['a negation', 'python', 'def f(a):\n    if a:\n        return 1\n', 'if not a'],
    ['a constant', 'python', 'def f(a):\n    return a + 1\n', 'a + 2'],
    ['a missing step', 'python', 'def f(a):\n    return range(a)\n', 'range(a + 1)'],
    ['a swapped argument', 'python', 'def f(a, b):\n    return pow(a, b)\n', 'pow(b, a)'],
    ['a wrong variable', 'python', 'def f(a, b):\n    return a + a\n', 'a + b'],
    ['a missing sign', 'python', 'def f(a, b):\n    return [-a, b]\n', '[-a, -b]'],
    [
      'truths the other way round',
      'python',
      'def f(a):\n    if a:\n        return True\n    return False\n',
      'return False\n    return True',
    ],
    ['a distance', 'python', 'def f(a, b):\n    return a - b\n', 'abs(a - b)'],
    ['a missing return', 'javascript', 'function f(a) {\n  a.sort();\n}\n', 'return a.sort();'],
    ['a missing clause', 'python', 'def f(a, b):\n    if a:\n        return b\n', 'if a and not b'],
    ['a superfluous clause', 'python', 'def f(a, b):\n    return a and b\n', 'return a\n'],
    [
      'a wrong method',
      'javascript',
      'function f(a) {\n  return a.toLowerCase();\n}\n',
      'a.toUpperCase()',
    ],
    ['a missing call', 'javascript', 'function f(a) {\n  return a - 1;\n}\n', 'Math.abs(a - 1)'],
    [
      'a wrong operator',
      'typescript',
      'function f(a: number): number {\n  return a * 2;\n}\n',
      'a / 2',
    ],
    [
      'a literal at all its places',
      'python',
      'def f(a):\n    return [" ", a, " "]\n',
      '["", a, ""]',
    ],
    [
      'an early return',
      'python',
      'def f(a):\n    return a[0]\n',
      'if not a:\n        return None\n    return a[0]',
    ],
    [
      'a missing break',
      'javascript',
      'function f(a) {\n  for (const b of a) {\n    g(b);\n  }\n}\n',
      'g(b);\n    break;',
    ],
  ];
  it.each(wanted)('has %s (%s)', async (_, language, text, part) => {
    const source = await parseSource('x', language as 'python', text);
    if (!source) throw new Error('not parsed');
    const region = source.root.children[0];
    if (!region) throw new Error('no function');
    const results = enumerateEdits(editContext(source, region)).map(({ edits }) =>
      applyEdits(text, edits),
    );
    expect(results.some((result) => result.includes(part))).toBe(true);
  });

  it('a clause that completes two arrangements of the same parts comes before other clauses', async () => {
    const text = 'def f(a, b, c):\n    return a + b == c or a == b + c\n';
    const source = await parseSource('x.py', 'python', text);
    const [region] = source?.root.children ?? [];
    if (!source || !region) throw new Error('not parsed');
    const added = enumerateEdits(editContext(source, region))
      .filter(({ edits }) => edits[0]?.kind === 'add-clause')
      .map(({ edits }) => applyEdits(text, edits));
    const at = (part: string) => added.findIndex((result) => result.includes(part));
    expect(at('or a + c == b')).toBeGreaterThanOrEqual(0);
    expect(at('or a + c == b')).toBeLessThan(at('or c == b + c'));
  });
});
