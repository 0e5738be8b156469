import { Parser, type Result } from 'tap-parser';
import { type Frame, shortTrace, stripAnsi } from '../trace.ts';

/** One test of a TAP stream: a subtest, or a bare test point. */
export interface TapTest {
  readonly name: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  readonly children: readonly TapTest[];
  /** Diagnostics of the point that failed. */
  readonly diagnostics?: Readonly<Record<string, unknown>>;
}

export interface TapStream {
  readonly tests: readonly TapTest[];
  /** The plan was told and is fulfilled, and nothing bailed out. */
  readonly complete: boolean;
}

type TapEvent = readonly [string, ...unknown[]];

/** Reads TAP 13 and 14 (https://testanything.org); lines that are no TAP are passed over. */
export function parseTap(text: string): TapStream {
  const events = Parser.parse(stripAnsi(text)) as unknown as TapEvent[];
  return { tests: levelOf(events), complete: isComplete(events) };
}

function isComplete(events: readonly TapEvent[]): boolean {
  const plan = events.find(([kind]) => kind === 'plan')?.[1] as { end: number } | undefined;
  const points = events.filter(([kind]) => kind === 'assert').length;
  const bailed = events.some(([kind]) => kind === 'bailout');
  return plan !== undefined && points >= plan.end && !bailed;
}

/** Tests of one level; where points follow plain comments, as tape prints them, each comment is a test. */
function levelOf(events: readonly TapEvent[]): TapTest[] {
  const tests: TapTest[] = [];
  let inner: readonly TapTest[] = [];
  let heading: string | undefined;
  let grouped: TapTest[] = [];
  const closeGroup = () => {
    if (heading !== undefined && grouped.length > 0) tests.push(group(heading, grouped));
    else tests.push(...grouped);
    grouped = [];
  };
  for (const [kind, value] of events) {
    if (kind === 'child') inner = levelOf(value as TapEvent[]);
    if (kind === 'comment') {
      const comment = String(value).replace(/^#\s*/, '').trim();
      if (/^(?:Subtest|time=|tests |pass |fail |skip |todo |cancelled |ok$)/.test(comment))
        continue;
      closeGroup();
      heading = comment;
    }
    if (kind === 'assert') {
      const test = testOf(value as Result, inner);
      if (inner.length > 0 || heading === undefined) {
        closeGroup();
        tests.push(test);
      } else grouped.push(test);
      inner = [];
    }
  }
  closeGroup();
  return tests;
}

function testOf(point: Result, children: readonly TapTest[]): TapTest {
  const isSkipped = Boolean(point.skip) || Boolean(point.todo);
  const failed = children.find((child) => child.verdict === 'failed');
  const diagnostics = failed?.diagnostics ?? (point.diag as TapTest['diagnostics']) ?? undefined;
  return {
    name: point.name,
    verdict: isSkipped ? 'skipped' : point.ok ? 'passed' : 'failed',
    children,
    ...(diagnostics ? { diagnostics } : {}),
  };
}

function group(name: string, points: readonly TapTest[]): TapTest {
  const failed = points.find((point) => point.verdict === 'failed');
  const isSkipped = points.every((point) => point.verdict === 'skipped');
  const { diagnostics } = failed ?? {};
  return {
    name,
    verdict: failed ? 'failed' : isSkipped ? 'skipped' : 'passed',
    children: points,
    ...(diagnostics ? { diagnostics: { message: failed?.name, ...diagnostics } } : {}),
  };
}

/** Message and places out of the diagnostics that ava, tap and tape give. */
export function tapTrace(test: TapTest, root: string): string {
  const { diagnostics = {} } = test;
  const failed = test.children.find((child) => child.verdict === 'failed');
  const parts = [failed?.name ?? '', textOf(diagnostics.message), textOf(diagnostics.diff)];
  const details = diagnostics.details;
  if (details && typeof details === 'object') {
    parts.push(...Object.entries(details).map(([key, value]) => `${key}\n${textOf(value)}`));
  }
  for (const key of ['operator', 'expected', 'actual']) {
    if (diagnostics[key] !== undefined) parts.push(`${key}: ${textOf(diagnostics[key])}`);
  }
  const unique = [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
  const message = unique.length > 0 ? unique.join('\n') : test.name;
  return shortTrace(message, framesOf(diagnostics), root);
}

function framesOf(diagnostics: Readonly<Record<string, unknown>>): Frame[] {
  const { at, stack } = diagnostics;
  const frames: Frame[] = [];
  const text = [textOf(stack), typeof at === 'string' ? at : ''].join('\n');
  for (const line of text.split('\n')) {
    const match = /(?:^|[\s(])((?:file:\/\/)?[^\s():]+):(\d+)(?::\d+)?\)?$/.exec(line.trim());
    if (match?.[1]) frames.unshift([match[1], Number(match[2])]);
  }
  if (
    frames.length === 0 &&
    at &&
    typeof at === 'object' &&
    'fileName' in at &&
    'lineNumber' in at
  ) {
    frames.push([String(at.fileName), Number(at.lineNumber)]);
  }
  const seen = new Set<string>();
  return frames.filter(
    ([file, line]) => !seen.has(`${file}:${line}`) && seen.add(`${file}:${line}`),
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
