import { SaxesParser } from 'saxes';
import type { TestVerdict } from '../report.ts';

/** One `testcase` of a JUnit XML report. */
export interface JUnitCase {
  readonly name: string;
  readonly classname: string;
  /** As the report has it, often absolute. */
  readonly file: string | undefined;
  readonly verdict: TestVerdict;
  /** Of the failure or error. */
  readonly message: string;
  readonly text: string;
  /** What the test printed, its end. */
  readonly output: string;
}

export interface JUnitReport {
  readonly cases: readonly JUnitCase[];
  /** The document is whole. */
  readonly complete: boolean;
}

const MAX_TEXT = 16_000;
/** What XML allows nowhere, not even as a reference. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

type Open = { -readonly [Key in keyof JUnitCase]: JUnitCase[Key] };

/**
 * Reads JUnit XML as phpunit, surefire, gradle and ctest write it. A document that breaks off gives the cases up to
 * there. Entities that a document declares are not expanded.
 */
export function parseJUnit(text: string): JUnitReport {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({
    xmlns: false,
    position: false,
  });
  const cases: JUnitCase[] = [];
  let open: Open | null = null;
  let into: 'text' | 'output' | null = null;
  let depth = 0;
  let complete = false;
  let suiteFile: string | undefined;

  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    const attribute = (key: string) => attributes[key];
    if (name === 'testsuite' && attribute('file') !== undefined) suiteFile = attribute('file');
    if (name === 'testcase') {
      open = {
        name: attribute('name') ?? '',
        classname: attribute('classname') ?? attribute('class') ?? '',
        file: attribute('file') ?? suiteFile,
        verdict: /^(?:notrun|disabled|skipped)$/.test(attribute('status') ?? '')
          ? 'skipped'
          : 'passed',
        message: '',
        text: '',
        output: '',
      };
    }
    if (!open) return;
    if (name === 'failure' || name === 'error') {
      open.verdict = name === 'failure' ? 'failed' : 'error';
      open.message = attribute('message') ?? '';
      into = 'text';
    }
    if (name === 'skipped') open.verdict = 'skipped';
    if (name === 'system-out' || name === 'system-err') into = 'output';
  });
  parser.on('closetag', ({ name }) => {
    depth -= 1;
    if (depth === 0) complete = true;
    if (['failure', 'error', 'system-out', 'system-err'].includes(name)) into = null;
    if (name === 'testcase' && open) {
      cases.push(open);
      open = null;
    }
  });
  const onText = (part: string) => {
    if (!open || !into) return;
    if (into === 'text') open.text = (open.text + part).slice(0, MAX_TEXT);
    else open.output = (open.output + part).slice(-MAX_TEXT);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('error', (error) => {
    throw error;
  });
  try {
    parser.write(allowed(text.trimStart())).close();
  } catch {
    return { cases, complete: false };
  }
  return { cases, complete };
}

/** Runners copy control characters from the output of tests into their reports. */
function allowed(text: string): string {
  return text.replace(FORBIDDEN, '\ufffd').replace(/&#(x[\da-f]+|\d+);/gi, (reference, digits) => {
    const code = Number(/^x/i.test(digits) ? `0${digits}` : digits);
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : '\0';
    return character.replace(FORBIDDEN, '') === '' ? '\ufffd' : reference;
  });
}
