// HumanEvalFix through the whole agent: every row is a repository, repaired by `patchwright fix --model repair` and
// judged by the hidden test and the stronger inputs. Prints JSON; a line a row and a table go to standard error.
// Usage: node --import tsx bench/repair-humanevalfix.ts FILE.jsonl [full|examples] [jobs] [seconds] [first] [last]
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchHumanEvalFix, benchTable, type Repaired } from '../src/repair/bench/humanevalfix.ts';
import { type RowProject, STATEMENT } from '../src/repair/bench/project.ts';
import { parseRows, type Visible } from '../src/repair/bench/row.ts';
import type { VerdictProgram } from '../src/repair/bench/verdict.ts';
import { RepairData } from '../src/repair/result.ts';

const cli =
  process.env.PATCHWRIGHT_CLI ?? fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const [, , file, visible = 'full', jobs = '1', seconds = '60', first = '0', last] = process.argv;
if (!file) throw new Error('give a file of rows');
const folder = mkdtempSync(join(tmpdir(), 'patchwright-bench-'));
let made = 0;

function place(files: Readonly<Record<string, string>>): string {
  const path = join(folder, String(made++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

function run(argv: readonly string[], cwd: string, timeoutMs: number): Promise<string> {
  return new Promise((done) => {
    const [command = '', ...args] = argv;
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('close', () => {
      clearTimeout(timer);
      done(output);
    });
  });
}

async function fix(project: RowProject): Promise<Repaired> {
  const repository = place(project.files);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, ...args], { stdio: 'ignore' });
  git('init', '--quiet');
  git('add', '--all');
  git('-c', 'user.name=b', '-c', 'user.email=b@localhost', 'commit', '--quiet', '-m', 'base');
  const out = `${repository}-out`;
  const start = performance.now();
  const program = cli.endsWith('.ts')
    ? [process.execPath, '--import', import.meta.resolve('tsx'), cli]
    : [process.execPath, cli];
  await run(
    [
      ...program,
      'fix',
      '--repo',
      repository,
      '--issue',
      STATEMENT,
      '--model',
      'repair',
      '--max-time',
      `${seconds}s`,
      '--apply',
      '--out',
      out,
      '--json',
    ],
    repository,
    (Number(seconds) + 60) * 1000,
  );
  const durationMs = performance.now() - start;
  const events = readEvents(join(out, 'trajectory.jsonl'));
  const outcome = events.find((event) => event.type === 'outcome')?.outcome;
  const data = events
    .map((event) => RepairData.safeParse(event.observation?.data))
    .find((parsed) => parsed.success)?.data;
  const best = data?.patches[0];
  const isFixed = outcome?.status === 'submitted' && outcome.patch !== '';
  const text = isFixed ? readFileSync(join(repository, project.source), 'utf8') : null;
  rmSync(repository, { recursive: true, force: true });
  rmSync(out, { recursive: true, force: true });
  return {
    status: outcome?.status ?? 'error',
    reason: outcome?.reason ?? 'no outcome',
    text,
    durationMs,
    tried: data?.tried,
    perSecond: data?.perSecond,
    confidence: best?.confidence,
    kind: best?.kind,
  };
}

interface Event {
  readonly type: string;
  readonly outcome?: { readonly status: string; readonly reason: string; readonly patch: string };
  readonly observation?: { readonly data?: unknown };
}

function readEvents(path: string): Event[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Event);
  } catch {
    return [];
  }
}

async function execute(program: VerdictProgram): Promise<string> {
  const path = place(program.files);
  const output = await run(program.argv, path, 30_000);
  rmSync(path, { recursive: true, force: true });
  return output;
}

const rows = parseRows(readFileSync(file, 'utf8'), basename(file));
const summary = await benchHumanEvalFix({
  rows: rows.slice(Number(first), last === undefined ? undefined : Number(last)),
  visible: visible as Visible,
  jobs: Number(jobs),
  fix,
  execute,
  onRow(result, done, all) {
    const { id, verdict, durationMs, tried, perSecond, kind, confidence, reason } = result;
    const time = (durationMs / 1000).toFixed(1);
    const why = verdict === 'none' || verdict === 'error' ? reason : (kind ?? '');
    process.stderr.write(
      `${done}/${all} ${id} ${verdict} ${time} s, ${tried ?? 0} tried, ${perSecond ?? 0}/s, ${confidence ?? ''} ${why}\n`,
    );
  },
});
rmSync(folder, { recursive: true, force: true });
process.stderr.write(`${benchTable(summary)}\n`);
process.stdout.write(`${JSON.stringify(summary, null, 1)}\n`);
