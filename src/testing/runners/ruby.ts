import * as z from 'zod';
import { display } from '../command-line.ts';
import { CaseSet, parseEvents } from '../parse/events.ts';
import type { Project } from '../project.ts';
import {
  exactPattern,
  type ParsedReport,
  type ReportInput,
  type Runner,
  type RunPlace,
  scopeFiles,
  scopeParts,
} from '../runner.ts';
import { type Frame, shortTrace } from '../trace.ts';

const RSPEC_REPORT = 'rspec.json';
const MINITEST_REPORT = 'minitest.jsonl';
const NOTHING: ParsedReport = { cases: [], complete: false };

interface RubyInput {
  /** For instance `['bundle', 'exec', 'rspec']`. */
  readonly program: readonly string[];
  readonly options?: readonly string[];
  readonly problem?: string;
}

/** rspec by its JSON formatter; ids are `FILE::full description`. */
export function rspecRunner({ program, options = [], problem }: RubyInput): Runner {
  const formats = (place: RunPlace) => [
    '--format',
    'progress',
    '--no-color',
    '--format',
    'json',
    '--out',
    `${place.reports}/${RSPEC_REPORT}`,
  ];
  return {
    name: 'rspec',
    program,
    ...(problem === undefined ? {} : { problem }),
    command(scope, place) {
      const names = [...scopeParts(scope).ids.map((id) => id.name), ...scopeParts(scope).patterns];
      const examples = names.flatMap((name) => ['--example', name]);
      const args = [...options, ...scopeFiles(scope), ...examples];
      return {
        argv: [...program, ...(place ? formats(place) : []), ...args],
        env: {},
        ...(place ? { hooks: { SPEC_OPTS: formats(place).join(' ') } } : {}),
        display: display([...program, ...args]),
      };
    },
    parse: parseRspec,
  };
}

const rspecReport = z.object({
  messages: z.array(z.string()).default([]),
  examples: z.array(
    z.object({
      full_description: z.string(),
      status: z.string(),
      file_path: z.string(),
      exception: z
        .object({
          class: z.string(),
          message: z.string(),
          backtrace: z.array(z.string()).nullish(),
        })
        .nullish(),
    }),
  ),
  summary: z.object({ errors_outside_of_examples_count: z.number().default(0) }),
});

/** A file that cannot be loaded keeps rspec from running any example; it is an error case. */
export function parseRspec(input: ReportInput): ParsedReport {
  const data = rspecReport.safeParse(jsonOf(input.files.get(RSPEC_REPORT))).data;
  if (!data) return NOTHING;
  const cases = new CaseSet();
  for (const one of data.examples) {
    const file = one.file_path.replace(/^\.\//, '');
    const verdict =
      one.status === 'passed' ? 'passed' : one.status === 'failed' ? 'failed' : 'skipped';
    const trace =
      verdict === 'failed' && one.exception ? { trace: rspecTrace(one.exception, input.root) } : {};
    cases.add({ id: `${file}::${one.full_description}`, verdict, file, ...trace });
  }
  for (const message of data.messages) {
    const file = /error occurred while loading (?:\.\/)?(\S+?)\.?$/m.exec(message)?.[1];
    if (file === undefined) continue;
    const trace = shortTrace(message, [], input.root);
    cases.add({ id: file, verdict: 'error', file, trace });
  }
  return { cases: cases.list(), complete: true };
}

function rspecTrace(
  error: { class: string; message: string; backtrace?: string[] | null | undefined },
  root: string,
): string {
  const frames: Frame[] = [];
  for (const line of error.backtrace ?? []) {
    const match = /^(.*?):(\d+)/.exec(line);
    if (match?.[1]) frames.unshift([match[1], Number(match[2])]);
  }
  const isExpectation = error.class.startsWith('RSpec::');
  const message = error.message.trim();
  return shortTrace(isExpectation ? message : `${error.class}: ${message}`, frames, root);
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

/** Runs the files that stand before `--`; minitest takes its options from what stands after. */
const REQUIRE_ALL =
  'files = ARGV.shift(ARGV.index("--")); ARGV.shift; files.each { |file| require File.expand_path(file) }';

/** minitest by the hook that RUBYOPT loads; ids are `FILE::Class#test_name`. */
export function minitestRunner(
  input: RubyInput & { readonly files: readonly string[]; readonly rails: boolean },
): Runner {
  const { program, files, rails, options = [], problem } = input;
  const hooks = (place: RunPlace) => ({
    RUBYLIB: place.hooks,
    RUBYOPT: '-rpatchwright_minitest',
    PATCHWRIGHT_RUBY_REPORT: `${place.reports}/${MINITEST_REPORT}`,
  });
  return {
    name: 'minitest',
    program,
    ...(problem === undefined ? {} : { problem }),
    command(scope, place) {
      const parts = scopeParts(scope);
      const named = scopeFiles(scope);
      const chosen = named.length > 0 ? files.filter(isIn(named)) : files;
      const pattern = exactPattern(
        parts.ids.map((id) => id.name),
        parts.patterns,
      );
      const select = pattern === null ? [] : ['-n', `/${pattern}/`];
      const args = rails
        ? [...options, ...named, ...select]
        : ['-I', 'lib', '-I', 'test', '-e', REQUIRE_ALL, ...chosen, '--', ...options, ...select];
      return {
        argv: [...program, ...args],
        env: place ? hooks(place) : {},
        ...(place ? { hooks: hooks(place) } : {}),
        display: rails
          ? display([...program, ...args])
          : display([
              ...program,
              '-Ilib',
              '-Itest',
              ...(named.length > 0 ? chosen : ['test']),
              ...select,
            ]),
      };
    },
    parse: (report) => parseEvents(report.files.get(MINITEST_REPORT) ?? '', report.root),
  };
}

function isIn(wanted: readonly string[]): (file: string) => boolean {
  return (file) => wanted.some((path) => file === path || file.startsWith(`${path}/`));
}

/** rspec where there are specs, else minitest where there are tests for it. */
export async function detectRuby(
  project: Project,
  options: readonly string[] = [],
): Promise<Runner | null> {
  const specs = project.files.filter((file) => /(?:^|\/)spec\/.*_spec\.rb$/.test(file));
  const tests = project.files.filter((file) =>
    /(?:^|\/)test\/(?:.*_test|(?:.*\/)?test_[^/]*)\.rb$/.test(file),
  );
  if (specs.length === 0 && tests.length === 0) return null;
  const bundled = project.has('Gemfile') ? await works(project, ['bundle', 'check']) : false;
  const prefix = bundled ? ['bundle', 'exec'] : [];
  if (specs.length > 0) {
    const program = [...prefix, 'rspec'];
    const problem = (await works(project, [...program, '--version']))
      ? {}
      : { problem: 'The tests need rspec, which is not installed here; run bundle install.' };
    return rspecRunner({ program, options, ...problem });
  }
  if (!(await usesMinitest(project, tests))) return null;
  const rails = project.has('bin/rails');
  const program = rails ? ['bin/rails', 'test'] : [...prefix, 'ruby'];
  const problem = (await works(project, [...prefix, 'ruby', '-e', 'require "minitest"']))
    ? {}
    : { problem: 'The tests need ruby with minitest, which is not installed here.' };
  return minitestRunner({ program, files: tests, rails, options, ...problem });
}

async function usesMinitest(project: Project, tests: readonly string[]): Promise<boolean> {
  const helpers = project.files.filter((file) =>
    /(?:^|\/)test\/(?:test_)?helper\.rb$|test_helper\.rb$/.test(file),
  );
  for (const file of [...helpers, ...tests.slice(0, 20)]) {
    if (/minitest|ActiveSupport::TestCase|rails\/test_help/i.test((await project.read(file)) ?? ''))
      return true;
  }
  return false;
}

async function works(project: Project, argv: readonly string[]): Promise<boolean> {
  return (await project.probe(argv))?.exitCode === 0;
}
