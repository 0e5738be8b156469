import { SaxesParser } from 'saxes';
import { LogFormatError, type LogParser } from './parser.ts';
import { FAILED, PASSED } from './status.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

const START = '<doctest';
const END = '</doctest>';

/** doctest's XML report: a subcase passes when all its expressions do. */
export const parseDoctest: LogParser = (log, record) => {
  const start = log.indexOf(START);
  if (start === -1) return;
  const end = log.indexOf(END, start);
  // Without an end tag nothing well formed can be cut out.
  if (end === -1) throw new LogFormatError('the XML report has no end');
  const report = readXml(log.slice(start, end + END.length));
  for (const test of descendants(report, 'TestCase')) {
    for (const subcase of descendants(test, 'SubCase')) {
      const passed = descendants(subcase, 'Expression').every(
        ({ attributes }) => attributes.success === 'true',
      );
      record(`${nameOf(test)} > ${nameOf(subcase)}`, passed ? PASSED : FAILED, null);
    }
  }
};

function nameOf({ attributes }: Element): string {
  return attributes.name ?? 'None';
}

function descendants(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendants(child, name),
  ]);
}

/**
 * Characters that names have in XML 1.0 up to its fourth edition, which the official parser keeps to; the fifth, which
 * saxes follows, takes nearly all.
 */
const NAME = /^[\p{L}\p{Nd}\p{M}._:\xb7-]+$/u;
const ASTRAL = /[\u{10000}-\u{10ffff}]/u;

/** @throws {LogFormatError} when the text is not well-formed XML */
function readXml(text: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  parser.on('error', (error) => {
    throw new LogFormatError('the XML report is not well formed', { cause: error });
  });
  parser.on('opentag', ({ name, uri, attributes }) => {
    const values = Object.values(attributes).map(({ name: key, value }) => [key, value] as const);
    if (
      [name, ...values.map(([key]) => key)].some((word) => !NAME.test(word) || ASTRAL.test(word))
    ) {
      throw new LogFormatError(`${JSON.stringify(name)} is no element that XML 1.0 knows`);
    }
    // An element of a namespace has another name than the one looked for.
    const element = {
      name: uri === '' ? name : `{${uri}}${name}`,
      attributes: Object.fromEntries(values),
      children: [],
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(text).close();
  const [document] = root.children;
  if (!document) throw new LogFormatError('the XML report is empty');
  return document;
}
