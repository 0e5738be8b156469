import type { Visible } from '../task.ts';
import { definedInJavaScript, definedInPython } from './defined-names.ts';
import type { Row } from './row.ts';

/** A row as a small repository. */
export interface RowProject {
  /** Contents by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The file to repair. */
  readonly source: string;
}

/**
 * Makes a repository of the buggy program, with its documentation, and of the tests that repair may see. A solution
 * that stands in the tests is taken out.
 */
export function projectOf(row: Row, visible: Visible): RowProject {
  const test = visible === 'full' ? row.test : row.example_test;
  return row.language === 'python' ? pythonProject(row, test) : javascriptProject(row, test);
}

function pythonProject(row: Row, test: string): RowProject {
  const entry = row.entry_point;
  const source = 'solution.py';
  const code = row.prompt + row.buggy_solution;
  const files: Record<string, string> = { [source]: code };
  if (test.trim() !== '') {
    const call = new RegExp(`^check\\(${entry}\\)[ \\t]*$`, 'm');
    const body = withoutDefinition(test, entry).replace(call, '').trim();
    const own = definedInPython(body);
    const used = definedInPython(code).filter(
      (name) => name !== entry && !own.includes(name) && new RegExp(`\\b${name}\\b`).test(body),
    );
    const main = own.includes('check') ? `\n\n\ndef test_${entry}():\n    check(${entry})` : '';
    files['test_solution.py'] =
      `from solution import ${[entry, ...used].join(', ')}\n\n\n${body}${main}\n`;
  }
  return { files, source };
}

/** Takes a top-level definition of the program's own function out of its test. */
function withoutDefinition(test: string, name: string): string {
  const lines = test.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^def ${name}\\b`).test(line));
  if (start < 0) return test;
  let end = start + 1;
  while (end < lines.length && /^(?:\s|$)/.test(lines[end] ?? '')) end++;
  return [...lines.slice(0, start), ...lines.slice(end)].join('\n');
}

function javascriptProject(row: Row, test: string): RowProject {
  const source = 'solution.js';
  const code = row.prompt + row.buggy_solution;
  const names = definedInJavaScript(code);
  const files: Record<string, string> = {
    'package.json': `${JSON.stringify({ name: 'program', version: '1.0.0', private: true, scripts: { test: 'node --test' } })}\n`,
    [source]: `${code.trimEnd()}\n\nmodule.exports = { ${names.join(', ')} };\n`,
  };
  const main = /^const (\w+) = \(\) => \{/m.exec(test)?.[1];
  if (main) {
    // `console.assert` prints and goes on; a test has to fail.
    const body = test
      .replaceAll('console.assert(', 'assert(')
      .replace(new RegExp(`^[ \\t]*${main}\\(\\);?[ \\t]*$`, 'm'), '')
      .trim();
    files['solution.test.js'] = [
      "const assert = require('node:assert');",
      "const { test } = require('node:test');",
      `const { ${names.join(', ')} } = require('./solution.js');`,
      `\n${body}\n`,
      `test('${row.entry_point}', () => {\n  ${main}();\n});\n`,
    ].join('\n');
  }
  return { files, source };
}
