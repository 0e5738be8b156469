import { describe, expect, it } from 'vitest';
import type { Edit } from '../../src/repair/edits/edit.ts';
import { grammarOf } from '../../src/repair/grammar/grammar.ts';
import { Instrumentation } from '../../src/repair/pool/instrument.ts';
import { descendants, parseSource } from '../../src/repair/tree.ts';

const TEXT = `function f(n) {
  let sum = 1;
  while (n > 0) {
    for (let i = 1; i < n; i++) sum += 1;
    n -= 1;
  }
  return sum;
}
`;
const GUARD = /__patchwright\.fuel/g;

async function instrumented() {
  const source = await parseSource('f.js', 'javascript', TEXT);
  if (!source) throw new Error('not parsed');
  const grammar = grammarOf('javascript');
  const functions = [...descendants(source.root)].filter((node) => grammar.isFunction(node));
  return new Instrumentation(source, functions);
}

function replaced(from: string, to: string): Edit {
  const start = TEXT.indexOf(from);
  return { start, end: start + from.length, text: to, kind: 'same-literal', extra: 0 };
}

describe('guards against what does not end', () => {
  it('stand in the function and in each loop', async () => {
    const code = await (await instrumented()).apply([]);
    expect(code.match(GUARD)).toHaveLength(3);
  });

  it.each([
    ['beside them', replaced('let sum = 1', 'let sum = 0')],
    [
      'over a whole loop',
      replaced(
        TEXT.slice(TEXT.indexOf('1;'), TEXT.indexOf('  return')),
        '0;\n  while (n > 0) {\n    for (;;) sum += 0;\n    n -= 0;\n  }\n',
      ),
    ],
  ])('stay with an edit %s', async (_, edit) => {
    const own = await instrumented();
    const [hook] = own.hooks;
    if (!hook) throw new Error('not hooked');
    for (const code of [await own.apply([edit]), await own.body(hook, [edit])]) {
      expect(code.match(GUARD)).toHaveLength(3);
      expect(
        code.replaceAll(/\{?if\(--__patchwright\.fuel<0\)__patchwright\.out\(\);/g, ''),
      ).toContain('0;');
    }
  });
});
