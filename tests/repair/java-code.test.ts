import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits, type Candidate } from '../../src/repair/edits/edit.ts';
import { editContext, enumerateEdits } from '../../src/repair/edits/enumerate.ts';
import { grammarOf } from '../../src/repair/grammar/grammar.ts';
import {
  classPathOf,
  guarded,
  methodAround,
  probed,
  testKey,
} from '../../src/repair/pool/java-code.ts';
import { descendants, parseSource, parsesCleanly, type SourceFile } from '../../src/repair/tree.ts';
import { samples } from './samples.ts';

const sample = samples.find(({ language }) => language === 'java');
let source: SourceFile;
let candidates: Candidate[];
beforeAll(async () => {
  const parsed = await parseSource('src/main/java/Shop.java', 'java', sample?.text ?? '');
  if (!parsed) throw new Error('not parsed');
  source = parsed;
  candidates = [...descendants(source.root)]
    .filter((node) => grammarOf('java').isFunction(node))
    .flatMap((node) => enumerateEdits(editContext(source, node)));
});

/** The text without what probes put in. */
function plain(text: string): string {
  return text.replace(/patchwright\.Probe\.(?:line|turn)\(\d*\); /g, '');
}

describe('Java code with probes', () => {
  it('parses, and is the same without them', async () => {
    const { text, lines } = probed(source, 10);
    expect(await parsesCleanly('java', text)).toBe(true);
    expect(plain(text)).toBe(source.text);
    const numbers = [...text.matchAll(/Probe\.line\((\d+)\)/g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(lines.map((_, index) => 10 + index));
    for (const [index, line] of lines.entries()) {
      expect(text.split('\n')[line - 1]).toContain(`Probe.line(${10 + index})`);
    }
  });

  it('keeps the edits of a candidate', async () => {
    const index = fc.nat({ max: candidates.length - 1 });
    await fc.assert(
      fc.asyncProperty(index, async (at) => {
        const edits = candidates[at]?.edits ?? [];
        const text = guarded(source, edits);
        expect(plain(text)).toBe(applyEdits(source.text, edits));
        expect(await parsesCleanly('java', text)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

it('knows the method around an edit', async () => {
  const text =
    'package a.b;\nclass C { static class D { int f(int x, int... y) { return 1; } } }\n';
  const parsed = await parseSource('C.java', 'java', text);
  const at = text.indexOf('1;');
  const edits = [{ start: at, end: at + 1, text: '2', kind: 'number', extra: 0 }] as const;
  const outside = [{ ...edits[0], start: 0, end: 1 }];
  if (!parsed) throw new Error('not parsed');
  const candidate = { path: 'C.java', cost: 0 };
  const found = methodAround(parsed, { ...candidate, edits });
  expect(found).toMatchObject({ owner: 'a.b.C$D', method: 'f', parameters: 2 });
  expect(methodAround(parsed, { ...candidate, edits: outside })).toBe(null);
});

it.each([
  ['src/test/java/a/BTest.java::works', 'a.BTest#works'],
  ['core/src/test/java/BTest.java::Inner > works(int)[1]', 'BTest$Inner#works'],
  ['BTest::works', null],
])('reads the id %s', (id, key) => expect(testKey(id)).toBe(key));

describe('the class path of a report', () => {
  const report = (path: string) =>
    `<testsuite><properties><property name="java.class.path" value="${path}"/></properties></testsuite>`;

  it('is taken apart, with the launcher beside the engine', () => {
    const engine = '/m2/junit-platform-engine/1.11.4/junit-platform-engine-1.11.4.jar';
    expect(
      classPathOf(
        report(`/r/target/test-classes:/r/target/classes:/m2/a&amp;b.jar:${engine}:`),
        '/r',
      ),
    ).toEqual({
      folders: ['/r/target/test-classes', '/r/target/classes'],
      jars: ['/m2/a&b.jar', engine, engine.replaceAll('-engine', '-launcher')],
      framework: 'JUnit5Tests',
    });
  });

  it('may be that of JUnit 4, or of neither', () => {
    const of = (jar: string) =>
      classPathOf(report(`/r/target/classes:/m2/${jar}`), '/r')?.framework;
    expect(of('junit-4.13.2.jar')).toBe('JUnit4Tests');
    expect(of('testng-7.0.jar')).toBeUndefined();
    expect(classPathOf('<testsuite/>', '/r')).toBe(null);
  });
});
