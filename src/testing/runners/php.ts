import { display } from '../command-line.ts';
import { CaseSet } from '../parse/events.ts';
import { parseJUnit } from '../parse/junit.ts';
import { type Project, whyUnusable } from '../project.ts';
import {
  escapeRegExp,
  type ParsedReport,
  type ReportInput,
  type Runner,
  type RunPlace,
  type ScopeParts,
  scopeFiles,
  scopeParts,
} from '../runner.ts';
import { type Frame, insideRoot, shortTrace } from '../trace.ts';

const REPORT = 'phpunit.xml';

/** phpunit by its JUnit log; ids are `FILE::testName with data set "x"`. */
export function phpunitRunner(input: {
  readonly program: readonly string[];
  readonly options?: readonly string[];
  readonly problem?: string;
}): Runner {
  const { program, options = [], problem } = input;
  const report = (place: RunPlace) => [
    '--log-junit',
    `${place.reports}/${REPORT}`,
    '--do-not-cache-result',
  ];
  return {
    name: 'phpunit',
    program,
    ...(problem === undefined ? {} : { problem }),
    command(scope, place) {
      const files = scopeFiles(scope);
      const filter = filterOf(scopeParts(scope), files);
      const [only] = files;
      const args = [
        ...options,
        ...(filter === null ? [] : ['--filter', filter]),
        ...(only !== undefined && files.length === 1 ? [only] : []),
      ];
      const [first = 'phpunit', ...rest] = program;
      const path = place && first.includes('/') ? `${place.root}/${first}` : first;
      return {
        argv: [path, ...rest, ...(place ? report(place) : []), ...args],
        env: {},
        display: display([...program, ...args]),
      };
    },
    parse: parsePhpunit,
    instrument(words, place) {
      const at = words.findIndex((word) => /(?:^|\/)phpunit(?:\.phar)?$/.test(word));
      if (at < 0) return null;
      return [...words.slice(0, at + 1), ...report(place), ...words.slice(at + 1)];
    },
  };
}

/** phpunit takes one path only; several files are selected by their classes, which are named like them. */
function filterOf(parts: ScopeParts, files: readonly string[]): string | null {
  const byName = [
    ...parts.ids.map((id) => `::${escapeRegExp(id.name)}$`),
    ...parts.patterns.map(escapeRegExp),
  ];
  if (files.length <= 1) return byName.length === 0 ? null : `/${byName.join('|')}/`;
  if (byName.length > 0) return `/${byName.join('|')}/`;
  const classes = files.map((file) => (file.split('/').at(-1) ?? '').replace(/\.php$/, ''));
  return `/(?:^|\\\\)(?:${classes.map(escapeRegExp).join('|')})::/`;
}

export function parsePhpunit(input: ReportInput): ParsedReport {
  const report = parseJUnit(input.files.get(REPORT) ?? '');
  const cases = new CaseSet();
  for (const one of report.cases) {
    const file = one.file === undefined ? null : insideRoot(one.file, input.root);
    const isFailure = one.verdict === 'failed' || one.verdict === 'error';
    cases.add({
      id: `${file ?? one.classname}::${one.name}`,
      verdict: one.verdict,
      ...(file === null ? {} : { file }),
      ...(isFailure ? { trace: traceOf(one.text, input.root) } : {}),
    });
  }
  return { cases: cases.list(), complete: report.complete };
}

/** The text begins with the test's name and ends with one place a line. */
function traceOf(text: string, root: string): string {
  const lines = text.trim().split('\n');
  const frames: Frame[] = [];
  const message: string[] = [];
  for (const line of lines.slice(1)) {
    const match = /^(\/\S.*?):(\d+)$/.exec(line.trim());
    if (match?.[1]) frames.unshift([match[1], Number(match[2])]);
    else message.push(line);
  }
  return shortTrace(message.join('\n'), frames, root);
}

/** phpunit.xml, or phpunit among the packages of composer.json. */
export async function detectPhp(
  project: Project,
  options: readonly string[] = [],
): Promise<Runner | null> {
  const configured = ['phpunit.xml', 'phpunit.xml.dist', 'phpunit.dist.xml'].some(project.has);
  const required = /"phpunit\/phpunit"/.test((await project.read('composer.json')) ?? '');
  if (!configured && !required) return null;
  const own = 'vendor/bin/phpunit';
  if (await project.exists(own)) return phpunitRunner({ program: [own], options });
  const version = await project.probe(['phpunit', '--version']);
  const problem =
    version?.exitCode === 0
      ? {}
      : {
          problem: `The tests need phpunit: ${own} is missing, and ${whyUnusable('phpunit', version)}; run composer install.`,
        };
  return phpunitRunner({ program: ['phpunit'], options, ...problem });
}
