import type { LogParser } from './parser.ts';
import { indentation, pattern, rstrip, strip, withoutAnsi } from './python-text.ts';
import { FAILED } from './status.ts';

/** Drops objects and lists that the tests print, by the brackets that lines end and start with. */
function withoutJson(text: string): string {
  let inObject = false;
  let inList = false;
  const kept = text.split('\n').filter((raw) => {
    const line = rstrip(raw);
    if (line.endsWith('{')) {
      inObject = true;
      return false;
    }
    if (line.endsWith('[')) {
      inList = true;
      return false;
    }
    if (line === '}' && inObject) {
      inObject = false;
      return false;
    }
    if (line === ']' && inList) {
      inList = false;
      return false;
    }
    if (inObject || inList) return false;
    return !(
      (line.startsWith('{') && line.endsWith('}')) ||
      (line.startsWith('[') && line.endsWith(']'))
    );
  });
  return kept.join('\n');
}

const ELEMENT = pattern('<(\\w+)>\\p{Any}*?<\\/\\1>');

/** Drops elements that the tests print, inner ones with the outer; opening tags without an end stay. */
function withoutElements(text: string): string {
  let rest = text;
  for (let match = ELEMENT.exec(rest); match; match = ELEMENT.exec(rest)) {
    const tag = `<${match[1]}>`;
    const opened = match[0].split(tag).length - 1;
    const end = match.index + match[0].length;
    rest = rest.slice(0, match.index) + tag.repeat(Math.max(opened - 1, 0)) + rest.slice(end);
  }
  return rest;
}

const FAILURE = pattern('^\\s*(\\d+)\\)(\\p{Any}{0,1000}?):', 'gm');

/** The titles of one failure are each indented deeper than the one before. */
function descends(lines: readonly string[]): boolean {
  let last = 0;
  for (const line of lines) {
    const indent = indentation(line);
    if (indent <= last) return false;
    last = indent;
  }
  return true;
}

/** Mocha's list of failures, in the middle of what the tests print. */
export const parseP5Js: LogParser = (log, record) => {
  const text = withoutElements(withoutJson(withoutAnsi(log)));
  for (const [, , titles = ''] of text.matchAll(FAILURE)) {
    const lines = titles.split('\n');
    if (descends(lines)) record(lines.map(strip).join(':'), FAILED, null);
  }
};
