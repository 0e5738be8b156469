import { describe, expect, it } from 'vitest';
import { parseCargo } from '../../../src/testing/runners/cargo.ts';
import { parseGo } from '../../../src/testing/runners/go.ts';
import { reportInput } from '../input.ts';

const events = (...records: unknown[]) => records.map((one) => JSON.stringify(one)).join('\n');

describe('parseGo', () => {
  it('tells a package that does not build, in the words of go before 1.24', () => {
    const stdout = events(
      { Action: 'output', Package: 'm/a', Output: 'FAIL\tm/a [build failed]\n' },
      { Action: 'fail', Package: 'm/a' },
    );
    const output = `# m/a [m/a.test]\na/a_test.go:3:1: undefined: x\n${stdout}`;
    const report = parseGo(reportInput({ stdout, output }), 'm');
    expect(report.cases).toMatchObject([{ id: './a', verdict: 'error' }]);
    expect(report.cases[0]?.trace).toContain('undefined: x');
  });

  it('is not complete when a package has no end', () => {
    const stdout = events({ Action: 'run', Package: 'm', Test: 'TestA' });
    const report = parseGo(reportInput({ stdout }), 'm');
    expect(report.complete).toBe(false);
    expect(report.cases).toMatchObject([{ id: '.::TestA', verdict: 'error' }, { id: '.' }]);
  });

  it('is not complete without any event', () => {
    expect(parseGo(reportInput({ stdout: 'go: no such tool' }), 'm').complete).toBe(false);
  });

  it('shows a parent that failed by itself beside its subtests', () => {
    const stdout = events(
      { Action: 'run', Package: 'm', Test: 'TestA' },
      { Action: 'pass', Package: 'm', Test: 'TestA/one' },
      { Action: 'fail', Package: 'm', Test: 'TestA' },
      { Action: 'fail', Package: 'm' },
    );
    const ids = parseGo(reportInput({ stdout }), 'm').cases.map((one) => [one.id, one.verdict]);
    expect(ids).toEqual([
      ['.::TestA', 'failed'],
      ['.::TestA/one', 'passed'],
    ]);
  });
});

describe('parseCargo', () => {
  const block = (name: string, verdict: string, end = true) =>
    `\nrunning 1 test\ntest ${name} ... ${verdict}\n${end ? '\ntest result: ok. 1 passed\n' : ''}`;

  it('gives each block to its target, and a unit test to the file of its module', () => {
    const stdout =
      block('parser::tests::a', 'ok') + block('b', 'ok') + block('src/lib.rs - add (line 3)', 'ok');
    const output = `     Running unittests src/lib.rs (target/debug/deps/calc-0123456789abcdef)
     Running tests/it.rs (target/debug/deps/it-0123456789abcdef)
   Doc-tests calc
${stdout}`;
    const files = ['src/lib.rs', 'src/parser.rs', 'tests/it.rs'];
    expect(parseCargo(reportInput({ stdout, output }), files)).toEqual({
      complete: true,
      cases: [
        { id: 'src/lib.rs::parser::tests::a', verdict: 'passed', file: 'src/parser.rs' },
        { id: 'tests/it.rs::b', verdict: 'passed', file: 'tests/it.rs' },
        { id: 'doc::src/lib.rs - add (line 3)', verdict: 'passed', file: 'src/lib.rs' },
      ],
    });
  });

  it('tells members of a workspace apart that have a file of the same name', () => {
    const stdout = block('tests::a', 'ok') + block('tests::a', 'ok');
    const output = `     Running unittests src/lib.rs (target/debug/deps/one-0123456789abcdef)
     Running unittests src/lib.rs (target/debug/deps/two-0123456789abcdef)
${stdout}`;
    const ids = parseCargo(reportInput({ stdout, output }), []).cases.map((one) => one.id);
    expect(ids).toEqual(['one/src/lib.rs::tests::a', 'two/src/lib.rs::tests::a']);
  });

  it('is not complete when a test process ended without a result', () => {
    const stdout = block('a', 'ok', false);
    expect(parseCargo(reportInput({ stdout }), []).complete).toBe(false);
  });

  it('reads the panic of older compilers', () => {
    const stdout = `running 1 test
test tests::a ... FAILED

failures:

---- tests::a stdout ----
thread 'tests::a' panicked at 'assertion failed: no', src/lib.rs:9:5
note: run with \`RUST_BACKTRACE=1\`

failures:
    tests::a

test result: FAILED. 0 passed; 1 failed
`;
    const [one] = parseCargo(reportInput({ stdout }), []).cases;
    expect(one?.trace).toContain('assertion failed: no');
    expect(one?.trace).toContain('  src/lib.rs:9');
  });
});
