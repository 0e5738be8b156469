import { describe, expect, it } from 'vitest';
import { parseJUnit } from '../../../src/testing/parse/junit.ts';
import { parseCtest } from '../../../src/testing/runners/ctest.ts';
import { parseJvm } from '../../../src/testing/runners/jvm.ts';
import { parsePhpunit } from '../../../src/testing/runners/php.ts';
import { reportInput } from '../input.ts';

describe('parseJUnit', () => {
  it('gives the cases before a break and says that it is not whole', () => {
    const report = parseJUnit('<testsuite><testcase name="a"/><testcase name="b"><fail');
    expect(report).toMatchObject({ complete: false, cases: [{ name: 'a', verdict: 'passed' }] });
  });

  it.each(['', 'no xml', '<a', '\0'])('takes %j for a report without cases', (text) => {
    expect(parseJUnit(text)).toEqual({ cases: [], complete: false });
  });

  it('does not expand entities that the document declares', () => {
    const text = '<!DOCTYPE x [<!ENTITY e "boom">]><testsuite><testcase name="&e;"/></testsuite>';
    expect(JSON.stringify(parseJUnit(text))).not.toContain('boom');
  });

  it.each([
    ['raw', '\u001b[31m'],
    ['as a reference', '&#x1b;[31m&#0;&#27;'],
    ['beyond Unicode', '&#x110000;&#xD800;[31m'],
  ])('takes control characters that XML forbids, %s', (_, text) => {
    const report = parseJUnit(
      `\ufeff\n<?xml version="1.0"?><testsuite><testcase name="a"><failure message="${text}">${text}&#10;b</failure></testcase></testsuite>`,
    );
    expect(report.complete).toBe(true);
    expect(report.cases[0]?.text).toMatch(/^\ufffd+(\[31m\ufffd*)\nb$/);
  });

  it('reads nested suites, CDATA and escapes', () => {
    const text = `<testsuites><testsuite file="/repo/t.php"><testsuite><testcase name="a &lt; b">
      <failure message="m"><![CDATA[1 < 2]]></failure></testcase></testsuite></testsuite></testsuites>`;
    expect(parseJUnit(text).cases[0]).toMatchObject({
      name: 'a < b',
      file: '/repo/t.php',
      verdict: 'failed',
      text: '1 < 2',
    });
  });
});

describe('reports of runners', () => {
  it('finds the file of a Java class and of its frames', () => {
    const xml = `<testsuite><testcase name="adds()" classname="calc.CalcTest$Add">
<error message="m" type="E">java.lang.IllegalStateException: m
	at calc.Calc.add(Calc.java:7)
	at calc.CalcTest$Add.adds(CalcTest.java:12)
	at java.base/java.lang.reflect.Method.invoke(Method.java:569)</error></testcase></testsuite>`;
    const files = ['src/main/java/calc/Calc.java', 'src/test/java/calc/CalcTest.java'];
    const input = reportInput({ files: { './target/surefire-reports/TEST-a.xml': xml } });
    expect(parseJvm(input, files)).toEqual({
      complete: true,
      cases: [
        {
          id: 'src/test/java/calc/CalcTest.java::Add > adds',
          file: 'src/test/java/calc/CalcTest.java',
          verdict: 'error',
          trace:
            'java.lang.IllegalStateException: m\n  src/test/java/calc/CalcTest.java:12\n  src/main/java/calc/Calc.java:7',
        },
      ],
    });
  });

  it('is not complete when a forked JVM died beside whole reports', () => {
    const xml = '<testsuite><testcase name="a" classname="T"/></testsuite>';
    const input = reportInput({
      files: { './build/test-results/test/TEST-a.xml': xml },
      stdout: 'The forked VM terminated without properly saying goodbye.',
    });
    expect(parseJvm(input, []).complete).toBe(false);
  });

  it('takes a phpunit log that exit() cut short for incomplete', () => {
    expect(parsePhpunit(reportInput({ files: { 'phpunit.xml': '' } })).complete).toBe(false);
  });

  it('takes tests of ctest that were not run for skipped', () => {
    const xml = '<testsuite><testcase name="a" status="notrun"><skipped/></testcase></testsuite>';
    const { cases } = parseCtest(reportInput({ files: { 'ctest.xml': xml } }));
    expect(cases).toEqual([{ id: 'a', verdict: 'skipped' }]);
  });
});
