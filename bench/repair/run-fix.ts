import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { RepairData } from '../../src/repair/result.ts';

/** The command line under test; `PATCHWRIGHT_CLI` names another build. */
const cli =
  process.env.PATCHWRIGHT_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** A run that does not end by itself is killed so long after its limit. */
const GRACE_MS = 60_000;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
}

/** Runs a program to its end or its time limit; its error stream is dropped. */
export function runProgram(
  argv: readonly string[],
  cwd: string,
  timeoutMs: number,
): Promise<Finished> {
  return new Promise((done, failed) => {
    const [command = '', ...args] = argv;
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.on('error', failed);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code, stdout });
    });
  });
}

const Event = z.object({
  type: z.string(),
  outcome: z.object({ status: z.string(), reason: z.string(), patch: z.string() }).optional(),
  observation: z.object({ data: z.unknown() }).optional(),
});

/** One run of `fix --model repair`. */
export interface FixRun {
  readonly status: string;
  readonly reason: string;
  /** Empty when none was submitted. */
  readonly patch: string;
  readonly durationMs: number;
  readonly data: RepairData | undefined;
}

/** Repairs a committed repository; a submitted patch is applied to its files. */
export async function runFix(
  repository: string,
  options: { readonly issue: string; readonly seconds: number },
): Promise<FixRun> {
  const out = `${repository}-out`;
  const program = cli.endsWith('.ts') ? ['--import', import.meta.resolve('tsx'), cli] : [cli];
  const args = ['--issue', options.issue, '--model', 'repair', '--max-time', `${options.seconds}s`];
  const start = performance.now();
  await runProgram(
    [
      process.execPath,
      ...program,
      'fix',
      '--repo',
      repository,
      ...args,
      '--apply',
      '--out',
      out,
      '--json',
    ],
    repository,
    options.seconds * 1000 + GRACE_MS,
  );
  const durationMs = Math.round(performance.now() - start);
  const events = readEvents(join(out, 'trajectory.jsonl'));
  rmSync(out, { recursive: true, force: true });
  const outcome = events.findLast((event) => event.type === 'outcome')?.outcome;
  const data = events
    .map((event) => RepairData.safeParse(event.observation?.data))
    .find((parsed) => parsed.success)?.data;
  return {
    status: outcome?.status ?? 'error',
    reason: outcome?.reason ?? 'no outcome',
    patch: outcome?.status === 'submitted' ? outcome.patch : '',
    durationMs,
    data,
  };
}

function readEvents(path: string): z.infer<typeof Event>[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => Event.parse(JSON.parse(line)));
  } catch {
    return [];
  }
}

/** Writes files below a folder. */
export function placeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
