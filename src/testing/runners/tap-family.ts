import picomatch from 'picomatch';
import { CaseSet, jsId } from '../parse/events.ts';
import { parseJsReports } from '../parse/javascript.ts';
import { parseTap, type TapTest, tapTrace } from '../parse/tap.ts';
import type { TestCase } from '../report.ts';
import { type ParsedReport, type ReportInput, scopeFiles } from '../runner.ts';
import { insideRoot } from '../trace.ts';
import { type Flavour, filesOf, type fullNamePattern } from './javascript.ts';

const JS_FILE = /\.[cm]?[jt]sx?$/;
const NOTHING: ParsedReport = { cases: [], complete: false };

/** What ava takes for test files when nothing is configured. */
const AVA_TESTS = [
  'test.*',
  '{src,source}/test.*',
  '**/__tests__/**/*',
  '**/*.spec.*',
  '**/*.test.*',
  '**/test-*.*',
  '**/test/**/*',
  '**/tests/**/*',
];

/** @param files of the project, to find the file that ava's titles only hint at */
export function ava(files: readonly string[]): Flavour {
  return {
    name: 'ava',
    scope(parts) {
      // A star in a title would be a wildcard; what this takes too much is left out of the report.
      const titles = parts.ids.map((id) => id.name.replaceAll(' > ', ' '));
      const patterns = parts.patterns.map((pattern) => `*${pattern}*`);
      return [...filesOf(parts), ...[...titles, ...patterns].map((title) => `--match=${title}`)];
    },
    report: () => ({ args: ['--tap'] }),
    parse: (input) => parseAva(input, files),
  };
}

/** Reads `ava --tap`: flat, each title after its file's name where more than one file ran. */
export function parseAva(input: ReportInput, files: readonly string[]): ParsedReport {
  const stream = parseTap(input.stdout);
  const tests = files.filter((file) => JS_FILE.test(file) && picomatch.isMatch(file, AVA_TESTS));
  const named = scopeFiles(input.scope);
  const only = named.length === 1 ? named[0] : tests.length === 1 ? tests[0] : undefined;
  const cases = new CaseSet();
  for (const test of stream.tests) {
    const exited = /^(\S+) exited with a non-zero exit code/.exec(test.name)?.[1];
    const place = exited ? { file: exited, title: '' } : splitAvaTitle(test.name, tests);
    const file = place?.file ?? only;
    const title = place?.title ?? test.name;
    const id = file === undefined ? title : title === '' ? file : jsId(file, [title]);
    cases.add(caseOf(test, { id, file }, input.root, exited !== undefined));
  }
  return { cases: cases.list(), complete: stream.complete };
}

/** `folder › name › title`, with `.test`, `.spec` and `test-` taken out of the name; the longest match wins. */
function splitAvaTitle(
  text: string,
  files: readonly string[],
): { file: string; title: string } | null {
  const parts = text.split(' › ');
  for (let length = parts.length - 1; length > 0; length--) {
    const wanted = parts.slice(0, length).join('/');
    const file = files.find((candidate) => {
      const name = avaName(candidate);
      return name === wanted || name.endsWith(`/${wanted}`);
    });
    if (file) return { file, title: parts.slice(length).join(' › ') };
  }
  return null;
}

function avaName(file: string): string {
  const parts = file.split('/').filter((part) => part !== '__tests__');
  const name = (parts.pop() ?? '')
    .replace(/\.spec\./, '.')
    .replace(/\.test\./, '.')
    .replace(/test-/, '')
    .replace(JS_FILE, '');
  return [...parts, name].join('/');
}

export const tap: Flavour = {
  name: 'tap',
  // Its own filters work level by level; what is too much is left out of the report.
  scope: filesOf,
  report: () => ({ args: ['--reporter=tap', '--disable-coverage'] }),
  droppings: ['.tap', '.nyc_output'],
  parse: (input) => parseTapRunner(input) ?? NOTHING,
};

/**
 * Reads the nested stream of node-tap, where each test file is a subtest, and of anything else that prints TAP.
 *
 * @returns null when there is no TAP in the output
 */
export function parseTapRunner(input: ReportInput): ParsedReport | null {
  if (!/^\s*TAP version 1[34]\b|^1\.\.\d+/m.test(input.stdout)) return null;
  const stream = parseTap(input.stdout);
  const cases = new CaseSet();
  for (const test of stream.tests) {
    const file = JS_FILE.test(test.name) ? insideRoot(test.name, input.root) : null;
    addNested(cases, test, { file: file ?? undefined, names: file ? [] : [test.name] }, input.root);
  }
  return { cases: cases.list(), complete: stream.complete, runner: 'tap' };
}

interface Position {
  readonly file: string | undefined;
  readonly names: readonly string[];
}

/** The innermost tests are the cases; a test whose children are bare points only is one itself. */
function addNested(cases: CaseSet, test: TapTest, at: Position, root: string): void {
  const inner = test.children.filter((child) => child.children.length > 0);
  if (inner.length > 0) {
    for (const child of test.children) {
      addNested(cases, child, { ...at, names: [...at.names, child.name] }, root);
    }
    return;
  }
  const name = at.names.join(' > ');
  const isFile = at.names.length === 0;
  const id = at.file === undefined ? name : isFile ? at.file : jsId(at.file, at.names);
  cases.add(caseOf(test, { id, file: at.file }, root, isFile && test.children.length === 0));
}

function caseOf(
  test: TapTest,
  place: { id: string; file: string | undefined },
  root: string,
  isError: boolean,
): TestCase {
  const failed = test.verdict === 'failed';
  return {
    id: place.id,
    verdict: failed && isError ? 'error' : test.verdict,
    ...(place.file === undefined ? {} : { file: place.file }),
    ...(failed ? { trace: tapTrace(test, root) } : {}),
  };
}

/**
 * karma through a configuration around the project's own. Its tests have no files, so a scope of files is no narrower.
 *
 * @param config the project's configuration, relative to the root
 */
export function karma(config: string): Flavour {
  return {
    name: 'karma',
    scope: () => [],
    replaceSelection: true,
    report: (place, parts) => {
      const grep = karmaPattern(parts);
      return {
        args: [`${place.hooks}/patchwright-karma.cjs`],
        env: {
          PATCHWRIGHT_REPORTS: place.reports,
          PATCHWRIGHT_KARMA_CONFIG: `${place.root}/${config}`,
          ...(grep === null ? {} : { PATCHWRIGHT_KARMA_GREP: grep }),
        },
      };
    },
    parse: (input) => parseJsReports(input) ?? NOTHING,
  };
}

function karmaPattern(parts: Parameters<typeof fullNamePattern>[0]): string | null {
  // Ids of karma hold no file, so they arrive as patterns.
  const [only, ...more] = parts.patterns;
  return only !== undefined && more.length === 0 ? only.replaceAll(' > ', ' ') : null;
}
