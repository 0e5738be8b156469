import { type ParseError, parse as parseJson, printParseErrorCode } from 'jsonc-parser';
import { type DefaultTreeAdapterMap, type ParserOptions, parse as parseHtml } from 'parse5';
import { parse as parseToml, TomlError } from 'smol-toml';
import { parseAllDocuments } from 'yaml';
import { lineOfOffset, linesOf } from '../text/lines.ts';
import type { DataFormat } from './data-format.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Longer texts are not checked: their parsers would cost more than an edit may. */
const MAX_CHARS = 1_000_000;

/** Slips of a person; the many others that HTML5 forgives and browsers mend alike are left out. */
const HTML_ERRORS = new Set([
  'eof-in-tag',
  'eof-in-comment',
  'eof-in-script-html-comment-like-text',
  'eof-in-element-that-can-contain-only-text',
  'end-tag-without-matching-open-element',
  'closing-of-element-with-open-child-elements',
  'open-elements-left-after-eof',
  'unexpected-character-in-attribute-name',
  'unexpected-character-in-unquoted-attribute-value',
  'unexpected-equals-sign-before-attribute-name',
  'missing-attribute-value',
  'missing-whitespace-between-attributes',
  'missing-end-tag-name',
  'invalid-first-character-of-tag-name',
  'duplicate-attribute',
]);

/** @returns the syntax errors of a data or markup file, in the words of its parser */
export function dataSyntax(format: DataFormat, text: string): Diagnostic[] {
  if (text.length > MAX_CHARS) return [];
  switch (format) {
    case 'json':
    case 'jsonc':
      return jsonErrors(text, format === 'jsonc');
    case 'yaml':
      return yamlErrors(text);
    case 'toml':
      return tomlErrors(text);
    case 'html':
      return htmlErrors(text);
  }
}

function jsonErrors(text: string, comments: boolean): Diagnostic[] {
  const errors: ParseError[] = [];
  const options = {
    disallowComments: !comments,
    allowTrailingComma: comments,
    allowEmptyContent: true,
  };
  parseJson(text, errors, options);
  const lined = linesOf(text);
  return errors.map(({ error, offset }) => {
    const line = lineOfOffset(lined, offset);
    const column = offset - (lined.starts[line - 1] ?? 0) + 1;
    const words = printParseErrorCode(error)
      .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
      .toLowerCase();
    return errorAt(line, column, words);
  });
}

function yamlErrors(text: string): Diagnostic[] {
  const documents = parseAllDocuments(text, { prettyErrors: true, logLevel: 'silent' });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) =>
    document.errors.map((error) => {
      const [start] = error.linePos ?? [];
      const message = error.message.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '');
      return errorAt(start?.line ?? 1, start?.col ?? 1, message ?? error.code);
    }),
  );
}

function tomlErrors(text: string): Diagnostic[] {
  try {
    parseToml(text);
    return [];
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = error.message.split('\n', 1)[0] ?? error.message;
    return [errorAt(error.line, error.column, message.replace('Invalid TOML document: ', ''))];
  }
}

function htmlErrors(text: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const options: ParserOptions<DefaultTreeAdapterMap> = {
    sourceCodeLocationInfo: true,
    onParseError: ({ code, startLine, startCol }) => {
      if (HTML_ERRORS.has(code))
        found.push(errorAt(startLine, startCol, code.replaceAll('-', ' ')));
    },
  };
  parseHtml(text, options);
  return found;
}

function errorAt(line: number, column: number, message: string): Diagnostic {
  return { line, column, message, severity: 'error', source: 'syntax' };
}
