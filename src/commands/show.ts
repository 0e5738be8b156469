import { ExitCode, UsageError } from '../errors.ts';
import { cost, duration, tokens } from '../report/format.ts';
import { firstLine, plain } from '../report/plain.ts';
import { describeAction, describeResult } from '../report/summary.ts';
import { painter } from '../report/terminal.ts';
import type { RecordedRun, RecordedStep } from '../trajectory/formats/own-run.ts';
import { summaryLines } from '../trajectory/formats/summary-lines.ts';
import { visibleText } from '../trajectory/formats/visible.ts';
import type { Host } from './host.ts';
import { readRecording } from './recording.ts';

export interface ShowOptions {
  readonly run: string;
  readonly step?: number;
  readonly patch?: boolean;
}

type Paint = ReturnType<typeof painter>;

/**
 * `patchwright show`: a run in the terminal, one line a step; with `--step` everything of one step.
 *
 * @throws {UsageError} when there is no such run or step
 */
export async function show(options: ShowOptions, host: Host): Promise<number> {
  const { run, problem } = await readRecording(options.run, host);
  const paint = painter(Boolean(host.stdout.isTTY) && !host.env.NO_COLOR);
  const width = Math.max(60, host.stdout.columns ?? 140);
  const text =
    options.step === undefined
      ? overview(run, options, { paint, width })
      : oneStep(run, options.step, paint);
  host.stdout.write(`${text}\n`);
  if (problem) host.stdout.write(`${paint.yellow(`the recording is damaged: ${problem}`)}\n`);
  return ExitCode.submitted;
}

function overview(
  run: RecordedRun,
  options: ShowOptions,
  { paint, width }: { paint: Paint; width: number },
): string {
  const facts = summaryLines(run).map(
    ([label, value]) => `${label.toLowerCase().padEnd(12)}${plain(value)}`,
  );
  const steps = run.steps.flatMap((step) => stepLines(step, paint, width));
  const patch = run.outcome?.patch ?? '';
  const shown = options.patch ? ['', patch === '' ? 'no change' : colouredDiff(patch, paint)] : [];
  return [...facts, '', ...steps, ...shown].join('\n');
}

function stepLines(step: RecordedStep, paint: Paint, width: number): string[] {
  const { turn, observations } = step;
  const number = String(step.step).padStart(4);
  if (turn.actions.length === 0) {
    return [`${number}  ${paint.dim('no call')}  ${plain(firstLine(turn.text), width - 16)}`];
  }
  return turn.actions.map((action, index) => {
    const answer = observations.find(({ actionId }) => actionId === action.id);
    const label = index === 0 ? number : '    ';
    const call = `${action.tool} ${describeAction(action)}`;
    const half = Math.floor((width - 12) / 2);
    const result = answer ? describeResult(answer) : 'no answer recorded';
    const told = plain(result, half);
    return `${label}  ${plain(call, half).padEnd(half)}  ${answer?.isError ? paint.red(told) : told}`;
  });
}

function oneStep(run: RecordedRun, number: number, paint: Paint): string {
  const step = run.steps.find((candidate) => candidate.step === number);
  if (!step) {
    throw new UsageError(
      `--step: the run has ${run.steps.length} steps, so there is no step ${number}`,
    );
  }
  const { turn, observations, nudges } = step;
  const facts = `step ${number}  ${tokens(turn.usage)}, ${cost(turn.usage.costUsd)}, ${duration(step.durationMs)}`;
  const parts = [paint.bold(facts)];
  if (turn.thinking) parts.push(paint.dim(visibleText(turn.thinking)));
  if (turn.text) parts.push(visibleText(turn.text));
  for (const action of turn.actions) {
    parts.push(`${paint.bold(plain(action.tool))}\n${inputText(action.input, paint)}`);
    const answer = observations.find(({ actionId }) => actionId === action.id);
    if (!answer) continue;
    const verdict = answer.isError ? paint.red('error') : paint.green('answer');
    parts.push(`${verdict} ${paint.dim(duration(answer.durationMs))}\n${visibleText(answer.text)}`);
  }
  for (const nudge of nudges)
    parts.push(`${paint.yellow('said to the model')}\n${visibleText(nudge)}`);
  return parts.join('\n\n');
}

/** The fields of a call, one under the other; old and new text as a diff would colour them. */
function inputText(input: unknown, paint: Paint): string {
  if (typeof input !== 'object' || input === null) return visibleText(JSON.stringify(input) ?? '');
  return Object.entries(input)
    .map(([name, value]) => {
      const text = visibleText(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
      const colour =
        name === 'old_text'
          ? paint.red
          : name === 'new_text' || name === 'content'
            ? paint.green
            : null;
      const shown = colour ? text.split('\n').map(colour).join('\n') : text;
      return text.includes('\n') ? `${plain(name)}:\n${shown}` : `${plain(name)}: ${shown}`;
    })
    .join('\n');
}

function colouredDiff(patch: string, paint: Paint): string {
  return visibleText(patch)
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (/^(\+\+\+|---|diff |index )/.test(line)) return paint.bold(line);
      if (line.startsWith('+')) return paint.green(line);
      if (line.startsWith('-')) return paint.red(line);
      return line.startsWith('@@') ? paint.dim(line) : line;
    })
    .join('\n');
}
