import * as z from 'zod';
import type { TestCase, TestVerdict } from '../report.ts';
import type { ParsedReport } from '../runner.ts';
import { type Frame, insideRoot, shortTrace, stackTrace } from '../trace.ts';

const frame = z.tuple([z.string(), z.number(), z.string()]);

/** One line of the reports that our own hooks in `hooks/` write. */
const record = z.object({
  t: z.enum(['begin', 'start', 'case', 'end']),
  runner: z.string().optional(),
  id: z.string().optional(),
  file: z.string().nullish(),
  names: z.array(z.string()).optional(),
  verdict: z.enum(['passed', 'failed', 'error', 'skipped']).optional(),
  message: z.string().optional(),
  frames: z.array(frame).optional(),
  stack: z.string().optional(),
  status: z.number().optional(),
});
type EventRecord = z.infer<typeof record>;

const RANK: Record<TestVerdict, number> = { skipped: 0, passed: 1, failed: 2, error: 3 };

/**
 * Reads the JSON Lines of the hooks. A test that started and has neither ended nor an end record after it is shown as
 * an error: the process died in it. Lines that are not such records (the last one of a killed process) are left out.
 */
export function parseEvents(text: string, root: string): ParsedReport & { status?: number } {
  const cases = new CaseSet();
  let complete = false;
  let runner: string | undefined;
  let status: number | undefined;
  let running: string | undefined;
  for (const line of text.split('\n')) {
    const event = parseLine(line);
    if (!event) continue;
    if (event.t === 'begin') runner = event.runner;
    if (event.t === 'end') {
      complete = true;
      status = event.status;
    }
    if (event.t === 'start') running = idOf(event, root);
    if (event.t === 'case') {
      running = undefined;
      cases.add(caseOf(event, root));
    }
  }
  if (!complete && running !== undefined && !cases.has(running)) {
    cases.add({ id: running, verdict: 'error', trace: 'The test process ended in this test.' });
  }
  return {
    cases: cases.list(),
    complete,
    ...(runner === undefined ? {} : { runner }),
    ...(status === undefined ? {} : { status }),
  };
}

function parseLine(line: string): EventRecord | null {
  if (!line.startsWith('{')) return null;
  try {
    return record.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function idOf(event: EventRecord, root: string): string {
  if (event.id !== undefined) return event.id;
  const names = event.names ?? [];
  const file = event.file ? (insideRoot(event.file, root) ?? event.file) : '';
  const isFile = names.length === 1 && event.file != null && event.file.endsWith(names[0] ?? '');
  return file === '' || isFile ? file || names.join(' > ') : jsId(file, names);
}

/** Id of a JavaScript test: file, then the titles from the outermost suite to the test. */
export function jsId(file: string, names: readonly string[]): string {
  return `${file}::${names.join(' > ')}`;
}

function caseOf(event: EventRecord, root: string): TestCase {
  const file = event.file ? insideRoot(event.file, root) : null;
  const verdict = event.verdict ?? 'error';
  const told = event.message ?? event.stack;
  const trace =
    verdict === 'passed' || verdict === 'skipped' || told === undefined
      ? undefined
      : event.stack !== undefined
        ? stackTrace(event.stack, event.message ?? '', root)
        : shortTrace(told, (event.frames ?? []) as Frame[], root);
  return {
    id: idOf(event, root),
    verdict,
    ...(trace === undefined ? {} : { trace }),
    ...(file === null ? {} : { file }),
  };
}

/** Cases by id: the worst verdict of one that is told twice, for instance a failure and an error in its teardown. */
export class CaseSet {
  readonly #cases = new Map<string, TestCase>();

  add(testCase: TestCase): void {
    const known = this.#cases.get(testCase.id);
    if (known && RANK[known.verdict] >= RANK[testCase.verdict]) return;
    this.#cases.set(testCase.id, testCase);
  }

  has(id: string): boolean {
    return this.#cases.has(id);
  }

  list(): TestCase[] {
    return [...this.#cases.values()];
  }
}
