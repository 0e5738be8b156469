import { display } from '../command-line.ts';
import type { Project } from '../project.ts';
import type { TestCase, TestVerdict } from '../report.ts';
import {
  type ParsedReport,
  type ReportInput,
  type Runner,
  type RunPlace,
  type ScopeParts,
  scopeParts,
} from '../runner.ts';
import { type Frame, shortTrace } from '../trace.ts';

export interface CargoInput {
  readonly files: readonly string[];
  /** False: git does not ignore `target`, so it is built elsewhere. */
  readonly ownTarget: boolean;
  readonly options?: readonly string[];
  readonly problem?: string;
}

/**
 * `cargo test` by its text, since libtest's JSON is not stable. Ids are `TARGET::NAME`, where the target is the file
 * that cargo names (`src/lib.rs`, `tests/other.rs`) and `doc` for examples in the documentation.
 */
export function cargoRunner(input: CargoInput): Runner {
  const { options = [], problem } = input;
  return {
    name: 'cargo test',
    program: ['cargo', 'test'],
    ...(problem === undefined ? {} : { problem }),
    command(scope, place) {
      const parts = scopeParts(scope);
      const { targets, filters, exact } = selectionOf(parts);
      const inner = [...(exact ? ['--exact'] : []), ...filters];
      const args = [...options, ...targets, ...(inner.length > 0 ? ['--', ...inner] : [])];
      return {
        argv: [
          'cargo',
          'test',
          ...(options.includes('--no-fail-fast') ? [] : ['--no-fail-fast']),
          ...args,
        ],
        env: place ? environment(place, input.ownTarget) : {},
        ...(place ? { hooks: environment(place, input.ownTarget) } : {}),
        droppings: ['Cargo.lock'],
        display: display(['cargo', 'test', ...args]),
      };
    },
    parse: (report) => parseCargo(report, input.files),
  };
}

function environment(place: RunPlace, ownTarget: boolean): Record<string, string> {
  return {
    CARGO_TERM_COLOR: 'never',
    RUST_BACKTRACE: '0',
    ...(ownTarget ? {} : { CARGO_TARGET_DIR: `${place.cache}/cargo` }),
    ...(place.isolated ? { CARGO_NET_OFFLINE: 'true' } : {}),
  };
}

function selectionOf(parts: ScopeParts) {
  const wanted = [...parts.files, ...parts.ids.map((id) => id.file)];
  const targets = wanted.map(targetOption);
  const names = parts.ids.map((id) => id.name);
  const isDoc = parts.ids.some((id) => id.file === 'doc');
  const known = targets.length > 0 && targets.every((target) => target !== null);
  return {
    targets: known ? [...new Set(targets.flatMap((target) => target ?? []))] : [],
    filters: [...names, ...parts.patterns],
    exact: names.length > 0 && parts.patterns.length === 0 && !isDoc,
  };
}

function targetOption(file: string): string[] | null {
  const integration = /^tests\/([^/]+)(?:\.rs|\/main\.rs)$/.exec(file)?.[1];
  if (integration) return ['--test', integration];
  const binary = /^src\/bin\/([^/]+)(?:\.rs|\/main\.rs)$/.exec(file)?.[1];
  if (binary) return ['--bin', binary];
  return file === 'src/lib.rs' ? ['--lib'] : null;
}

interface Block {
  readonly lines: string[];
  ended: boolean;
}

/** Reads what libtest prints, block by block, and cargo's own lines on standard error, which name the targets. */
export function parseCargo(input: ReportInput, files: readonly string[]): ParsedReport {
  const blocks = blocksOf(input.stdout);
  const targets = targetsOf(input.output);
  const cases: TestCase[] = [];
  blocks.forEach((block, index) => {
    const target = targets.length === blocks.length ? targets[index] : undefined;
    cases.push(...casesOf(block, target ?? 'tests', { files, root: input.root }));
  });
  const complete = blocks.length >= targets.length && blocks.every((block) => block.ended);
  return { cases, complete: complete && blocks.length > 0 };
}

function blocksOf(stdout: string): Block[] {
  const blocks: Block[] = [];
  for (const line of stdout.split('\n')) {
    if (/^running \d+ tests?$/.test(line)) blocks.push({ lines: [], ended: false });
    const block = blocks.at(-1);
    block?.lines.push(line);
    if (block && line.startsWith('test result: ')) block.ended = true;
  }
  return blocks;
}

/** Targets in their order; two of the same file in a workspace are told apart by their crate. */
function targetsOf(output: string): string[] {
  const found = [
    ...output.matchAll(/^\s+(?:Running (?:unittests )?(.+?)?\s*\((.+)\)|Doc-tests (\S+))$/gm),
  ];
  const targets = found.map(([, path, binary, doc]) => ({
    path: doc === undefined ? (path ?? 'unittests') : 'doc',
    crate: doc ?? (binary?.split('/').at(-1) ?? '').replace(/-[0-9a-f]{16}$/, ''),
  }));
  return targets.map(({ path, crate }) => {
    const isTwice = targets.filter((other) => other.path === path).length > 1;
    return isTwice ? `${crate}/${path}` : path;
  });
}

function casesOf(
  block: Block,
  target: string,
  project: { files: readonly string[]; root: string },
): TestCase[] {
  const text = block.lines.join('\n');
  const cases: TestCase[] = [];
  const verdicts: Record<string, TestVerdict> = {
    ok: 'passed',
    FAILED: 'failed',
    ignored: 'skipped',
  };
  for (const line of block.lines) {
    const match = /^test (.+?)(?: - should panic)? \.\.\. (?:.*?)(ok|FAILED|ignored)(?:,.*)?$/.exec(
      line,
    );
    if (!match?.[1]) continue;
    const name = match[1];
    const verdict = verdicts[match[2] ?? ''] ?? 'error';
    const file = fileOf(target, name, project.files);
    const trace = verdict === 'failed' ? { trace: traceOf(text, name, project.root) } : {};
    cases.push({ id: `${target}::${name}`, verdict, ...(file ? { file } : {}), ...trace });
  }
  const started = /^test (\S+) \.\.\. $/m.exec(text)?.[1];
  if (!block.ended && started !== undefined) {
    const trace = 'The test process ended in this test.';
    cases.push({ id: `${target}::${started}`, verdict: 'error', trace });
  }
  return cases;
}

/** The file of the innermost module on the way to a unit test. */
function fileOf(target: string, name: string, files: readonly string[]): string | null {
  if (target === 'doc') return /^(\S+\.rs) - /.exec(name)?.[1] ?? null;
  const folder = target.split('/').slice(0, -1).join('/');
  const modules = name.split('::').slice(0, -1);
  for (let length = modules.length; length > 0; length--) {
    const path = `${folder}/${modules.slice(0, length).join('/')}`;
    const found = [`${path}.rs`, `${path}/mod.rs`].find((file) => files.includes(file));
    if (found) return found;
  }
  return files.includes(target) ? target : null;
}

function traceOf(text: string, name: string, root: string): string {
  const start = text.indexOf(`\n---- ${name} stdout ----\n`);
  if (start < 0) return 'failed without output';
  const section = text
    .slice(start + 1)
    .split('\n')
    .slice(1);
  const end = section.findIndex((line) => /^(?:---- .* stdout ----|failures:)$/.test(line));
  const lines = section.slice(0, end < 0 ? undefined : end);
  const backtrace = lines.indexOf('stack backtrace:');
  const shown = (backtrace < 0 ? lines : lines.slice(0, backtrace)).filter(
    (line) => !line.startsWith('note: '),
  );
  const frames: Frame[] = [];
  const place = /panicked at (?:.*, )?([^\s:']+\.rs):(\d+):\d+/.exec(shown.join('\n'));
  if (place?.[1]) frames.push([place[1], Number(place[2])]);
  const message = shown
    .join('\n')
    .replace(/^thread '.*?' (?:\(\d+\) )?panicked at .*?:\d+:\d+:\n/m, '');
  return shortTrace(message, frames, root);
}

/** A Cargo.toml in the root. */
export async function detectCargo(
  project: Project,
  options: readonly string[] = [],
): Promise<Runner | null> {
  if (!project.has('Cargo.toml')) return null;
  const version = await project.probe(['cargo', '--version']);
  const problem =
    version?.exitCode === 0
      ? {}
      : { problem: 'The tests need cargo, which is not installed here.' };
  const ignored = await project.probe(['git', 'check-ignore', '-q', 'target']);
  const ownTarget = ignored?.exitCode === 0;
  return cargoRunner({ files: project.files, ownTarget, options, ...problem });
}
