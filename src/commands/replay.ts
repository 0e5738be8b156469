import { newSession } from '../agent/session.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { comparePatches } from '../replay/patch-blobs.ts';
import { isForeign, type ReplayEnd, replay as replayRun } from '../replay/replay.ts';
import { differenceText, type ReplaySummary, stepLine, summarise } from '../replay/report.ts';
import { plain } from '../report/plain.ts';
import { toolContext } from '../run.ts';
import type { RecordedRun } from '../trajectory/formats/own-run.ts';
import type { Checkout } from '../workspace/checkout.ts';
import { chooseAgentPlace, recordedContainer } from './agent-place.ts';
import { type ContinueOptions, prepareContinue } from './continue-run.ts';
import type { Host } from './host.ts';
import { openRecordedCheckout } from './recorded-checkout.ts';
import { readRecording } from './recording.ts';
import { chooseTools } from './tools.ts';

export interface ReplayOptions extends ContinueOptions {
  readonly trajectory: string;
  readonly repo?: string;
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none';
  readonly from?: number;
  readonly until?: number;
  readonly keep?: boolean;
  readonly continue?: boolean;
  readonly json?: boolean;
}

/** Longest that replayed steps may take together. */
const MAX_TIME_MS = 24 * 3600 * 1000;
const SETUP_TIMEOUT_MS = 600_000;

/**
 * `patchwright replay`: runs a trajectory's actions again and compares answers and final patch.
 *
 * @returns 0 only when all agree
 * @throws {UsageError} when trajectory, repository or base commit are not to be had
 */
export async function replay(options: ReplayOptions, host: Host): Promise<number> {
  const recording = await readRecording(options.trajectory, host);
  const run = upTo(recording.run, options);
  refuseUselessOptions(options);
  const goOn = options.continue ? await prepareContinue(options, host) : null;
  const say = (text: string) => void (options.json ? host.stderr : host.stdout).write(`${text}\n`);
  if (recording.problem) say(`the recording is damaged: ${recording.problem}`);
  const { place, warning } = await chooseAgentPlace(
    (options.sandbox === undefined ? recordedContainer(run.header) : undefined) ?? {
      sandbox: options.sandbox ?? 'auto',
    },
    { run: run.header.runId, host, signal: host.signal, log: say },
  );
  if (warning) say(`WARNING: ${warning}`);
  const checkout = await openRecordedCheckout(run.header, {
    repo: options.repo,
    sandbox: place,
    host,
    onNote: say,
  });
  try {
    await setUp(run, checkout, host);
    const session = newSession();
    const { testCommand, ...task } = run.header.task;
    const limits = { maxSteps: 0, maxCostUsd: null, maxTimeMs: MAX_TIME_MS };
    const context = toolContext(
      { checkout, limits, task: { ...task, testCommand } },
      { signal: host.signal, session },
      () => {},
    );
    const width = host.stdout.columns ?? 120;
    const end = await replayRun({
      run,
      tools: chooseTools(undefined, run.header.model),
      context,
      from: options.from,
      until: options.until,
      onStep: (step) =>
        options.json
          ? host.stdout.write(`${JSON.stringify({ type: 'step', ...step })}\n`)
          : say(stepLine(step, width)),
    });
    const summary = await conclude({ run, end, checkout, options, host });
    if (goOn) return await goOn({ run, replayed: end.steps, checkout, session });
    if (options.keep) say(`workspace   ${checkout.workspace.hostRoot}`);
    return summary.agrees ? ExitCode.submitted : ExitCode.noPatch;
  } finally {
    await (options.keep ? checkout.keep() : checkout.close());
  }
}

/** Where a model goes on, the recorded end of the run must not happen. */
function upTo(run: RecordedRun, options: ReplayOptions): RecordedRun {
  const last = run.steps.at(-1)?.step ?? 0;
  for (const name of ['from', 'until'] as const) {
    const step = options[name];
    if (step !== undefined && step > last) {
      throw new UsageError(
        `--${name}: the recording has ${last} steps, so there is no step ${step}`,
      );
    }
  }
  const { from = 1, until = last } = options;
  if (from > until && last > 0) {
    throw new UsageError(`--from ${from} is after --until ${until}; nothing would be compared`);
  }
  if (last === 0 && !options.continue) {
    throw new UsageError('the recording has no steps, so there is nothing to replay');
  }
  if (!options.continue) return run;
  const open = run.steps.filter(({ observations }) => !observations.some(({ endsRun }) => endsRun));
  return { ...run, steps: open };
}

/** What is only for a model that goes on says nothing without one. */
function refuseUselessOptions(options: ReplayOptions): void {
  if (options.continue) return;
  for (const name of ['model', 'tools', 'out'] as const) {
    if (options[name] === undefined) continue;
    throw new UsageError(`--${name} is for the model that takes over; add --continue`);
  }
}

/** Runs what the recording ran before its first step. */
async function setUp(run: RecordedRun, { workspace }: Checkout, host: Host): Promise<void> {
  const { setup } = run.header.config;
  for (const command of Array.isArray(setup) ? setup.map(String) : []) {
    const options = { timeoutMs: SETUP_TIMEOUT_MS, signal: host.signal };
    const { exitCode, output } = await workspace.exec(['bash', '-c', command], options);
    if (exitCode === 0) continue;
    throw new UsageError(
      `the recorded set-up command ${JSON.stringify(command)} ends with exit code ${exitCode}: ${plain(output.trim().slice(-300))}`,
    );
  }
}

interface Conclusion {
  readonly run: RecordedRun;
  readonly end: ReplayEnd;
  readonly checkout: Checkout;
  readonly options: ReplayOptions;
  readonly host: Host;
}

/** Compares the final patch, when the replay came to the end, and prints what came out. */
async function conclude({ run, end, checkout, options, host }: Conclusion): Promise<ReplaySummary> {
  const wholeRun = end.steps.length === run.steps.length && !options.continue && run.outcome;
  const patch = wholeRun
    ? comparePatches(run.outcome?.patch ?? '', await checkout.patch(), {
        onlyRecorded: isForeign(run),
      })
    : null;
  const summary = summarise(end, patch);
  if (options.json) {
    host.stdout.write(`${JSON.stringify({ type: 'result', ...summary })}\n`);
    return summary;
  }
  const lines = summary.patch.map(
    (file) => `patch ${file.agrees ? 'ok  ' : 'DIFF'}  ${plain(file.path)}  ${plain(file.detail)}`,
  );
  const first = end.steps
    .flatMap(({ step, actions }) => actions.map((action) => ({ step, ...action })))
    .find(({ difference }) => difference);
  if (first?.difference) {
    lines.push('', `first difference, step ${first.step}, ${plain(first.action.tool)}:`);
    lines.push(differenceText(first.difference));
  }
  const { compared, differences, overheadMsPerStep, totalMs } = summary;
  const verdict = summary.agrees ? 'agrees' : 'differs';
  lines.push(
    '',
    `${verdict}: ${compared - differences} of ${compared} steps the same, ${(totalMs / 1000).toFixed(1)} s, overhead ${overheadMsPerStep} ms a step`,
  );
  host.stdout.write(`${lines.join('\n')}\n`);
  return summary;
}
