import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import type { Candidate } from '../../src/repair/edits/edit.ts';
import { openGoPool } from '../../src/repair/pool/go-pool.ts';
import { openJavaPool } from '../../src/repair/pool/java-pool.ts';
import type { CandidatePool } from '../../src/repair/pool/pool.ts';
import { Sources } from '../../src/repair/sources.ts';
import { detectRunner } from '../../src/testing/detect.ts';
import type { ProjectFiles } from '../testing/projects.ts';
import { openTestProject, type TestProject } from '../testing/support.ts';

let project: TestProject;
let pool: CandidatePool | undefined;
afterEach(async () => {
  await pool?.close();
  pool = undefined;
  await project.close();
});

const signal = new AbortController().signal;

function read(repository: string, paths: readonly string[]): ProjectFiles {
  const text = (path: string) =>
    readFileSync(new URL(`../repos/${repository}/${path}`, import.meta.url), 'utf8');
  return Object.fromEntries(paths.map((path) => [path, text(path)]));
}

/** Candidates that put another statement in the place of `return high - low`. */
function candidatesOf(path: string, text: string, statements: readonly string[]): Candidate[] {
  const own = /return high - low;?\n/.exec(text);
  if (!own) throw new Error('not there');
  const [start, end] = [own.index, own.index + own[0].length - 1];
  return statements.map((statement) => ({
    path,
    edits: [{ start, end, text: statement, kind: 'return', extra: 0 }],
    cost: 1,
  }));
}

async function verdictsOf(candidates: readonly Candidate[]): Promise<(string | undefined)[]> {
  const tests = pool?.tests ?? [];
  const ids = (verdict: string) =>
    tests.flatMap((one) => (one.verdict === verdict ? [one.id] : []));
  const trial = { failing: ids('failed'), passing: ids('passed') };
  expect(trial.failing).toHaveLength(2);
  const found = new Map<Candidate, string>();
  await pool?.run(candidates, trial, (one, verdict) => found.set(one, verdict.kind), signal);
  return candidates.map((one) => found.get(one));
}

it('contains Go candidates that loop, exit, panic or do not compile', async () => {
  const files = read('go-ranges', ['go.mod', 'ranges.go', 'ranges_test.go']);
  project = openTestProject(files, { kind: 'bubblewrap' });
  const { workspace } = project;
  const sources = new Sources(workspace, []);
  const source = await sources.load('ranges.go');
  const runner = await detectRunner(workspace);
  if (!runner || !source) throw new Error('no runner');
  const failing = new Set(['.::TestOverlap/one', '.::TestOverlap/more']);
  const shared = { workspace, runner, failing, slots: 1, testSeconds: 2, signal };
  pool = await openGoPool({ ...shared, source: (path) => sources.get(path) });
  const statements = [
    'for {\n\t}',
    'panic("no")',
    'return "no"',
    'var all [][]int; for { all = append(all, make([]int, 1<<20)) }',
    'return high - low + 1',
    'return high - low + 2',
    'return 1 + high - low',
  ];
  const candidates = candidatesOf('ranges.go', source.text, statements);
  const kinds = await verdictsOf(candidates);
  expect(kinds.slice(0, 3)).toEqual(['hang', 'failed', 'invalid']);
  expect(kinds[3]).toMatch(/hang|failed/);
  expect(kinds.slice(4)).toEqual(['passed', 'failed', 'passed']);
  expect(project.status()).toBe('');
  const alike = candidates.slice(4);
  const trial = { failing: [...failing], passing: [] };
  const told = await pool.behave(source, alike, trial, signal);
  const [right, wrong, same] = alike.map((one) => told?.of.get(one));
  expect(right?.length).toBeGreaterThan(20);
  expect(right).toEqual(same);
  expect(right).not.toEqual(wrong);
});

it('contains Java candidates that loop, exit, throw or do not compile', async () => {
  const main = 'src/main/java/calc/Ranges.java';
  const test = 'src/test/java/calc/RangesTest.java';
  const files = read('java-ranges', ['pom.xml', '.gitignore', main, test]);
  // With JUnit 4.
  const pom = (files['pom.xml'] ?? '')
    .replace('org.junit.jupiter', 'junit')
    .replace('junit-jupiter', 'junit')
    .replace('5.11.4', '4.13.2');
  const four = (files[test] ?? '')
    .replace('org.junit.jupiter.api.Assertions.assertEquals', 'org.junit.Assert.assertEquals')
    .replace('org.junit.jupiter.api.Test', 'org.junit.Test')
    .replace('assertEquals(2.0, Ranges.mean(List.of(1, 2, 3)))', 'Ranges.mean(List.of(1))')
    .replace('class RangesTest', 'public class RangesTest')
    .replaceAll('void ', 'public void ');
  project = openTestProject({ ...files, 'pom.xml': pom, [test]: four });
  const { workspace } = project;
  await workspace.exec(['mkdir', 'target'], { timeoutMs: 10_000 });
  const sources = new Sources(workspace, [test]);
  const shared = { workspace, sources, signal, slots: 1, learnSeconds: 30, testSeconds: 3 };
  pool = await openJavaPool({ ...shared, files: [test], testTimeoutMs: 250_000 });
  const source = sources.get(main);
  if (!source) throw new Error('not loaded');
  const statements = [
    'while (true) { low++; }',
    'while (low < high + 1 || low > 0) ;\n        return 0;',
    'System.exit(0); return 0;',
    'return "no";',
    'throw new IllegalStateException();',
    'return high - low + 1;',
    'return high - low + 2;',
    'return 1 + high - low;',
  ];
  const candidates = candidatesOf(main, source.text, statements);
  const kinds = await verdictsOf(candidates);
  expect(kinds).toEqual([
    'hang',
    'hang',
    'died',
    'invalid',
    'failed',
    'passed',
    'failed',
    'passed',
  ]);
  const alike = candidates.slice(5);
  const told = await pool.behave(source, alike, { failing: [], passing: [] }, signal);
  const [right, wrong, same] = alike.map((one) => told?.of.get(one));
  expect(right?.length).toBeGreaterThan(20);
  expect(right).toEqual(same);
  expect(right).not.toEqual(wrong);
});
