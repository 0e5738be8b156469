import type { Action, Observation } from '../event.ts';
import type { RecordedRun, RecordedStep } from './own-run.ts';
import { summaryLines } from './summary-lines.ts';
import { visibleText } from './visible.ts';

/** Writes a run as a Markdown document: what was asked, each step with its calls and answers, the patch. */
export function exportMarkdown(run: RecordedRun): string {
  const { header, outcome, steps } = run;
  const facts = summaryLines(run).map(([label, value]) => `| ${label} | ${cell(value)} |`);
  return [
    `# Run ${inline(header.runId)}`,
    `| | |\n| --- | --- |\n${facts.join('\n')}`,
    '## Task',
    fenced(header.task.statement),
    ...steps.map(stepText),
    '## Patch',
    outcome?.patch ? fenced(outcome.patch, 'diff') : 'No change.',
    '',
  ].join('\n\n');
}

function stepText(step: RecordedStep): string {
  const { turn, observations, nudges } = step;
  const parts = [`## Step ${step.step}`];
  if (turn.thinking) parts.push(`*Thinking*\n\n${quoted(turn.thinking)}`);
  if (turn.text) parts.push(quoted(turn.text));
  for (const action of turn.actions) {
    parts.push(actionText(action));
    const answer = observations.find(({ actionId }) => actionId === action.id);
    if (answer) parts.push(answerText(answer));
  }
  for (const nudge of nudges) parts.push(`*Said to the model*\n\n${quoted(nudge)}`);
  return parts.join('\n\n');
}

function actionText({ tool, input }: Action): string {
  const command = (input as { command?: unknown } | null)?.command;
  if (tool === 'bash' && typeof command === 'string') return `**bash**\n\n${fenced(command, 'sh')}`;
  return `**${inline(tool)}**\n\n${fenced(JSON.stringify(input, null, 2) ?? '', 'json')}`;
}

function answerText(observation: Observation): string {
  const verdict = observation.isError ? 'Answer (error)' : 'Answer';
  return `${verdict}, ${observation.durationMs} ms:\n\n${fenced(observation.text)}`;
}

/** A fence longer than any in the text, so that nothing in it can end it. */
function fenced(text: string, language = 'text'): string {
  const shown = visibleText(text).replace(/\n$/, '');
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${shown}\n${fence}`;
}

/** As a block of quoted plain text: no markup of the text's own counts. */
function quoted(text: string): string {
  const escaped = visibleText(text)
    .trim()
    .replace(/[\\`*_{}[\]<>#|~!&-]/g, '\\$&');
  return escaped
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}

function inline(text: string): string {
  return visibleText(text)
    .replaceAll('\n', ' ')
    .replace(/[\\`*_{}[\]<>#|~!&]/g, '\\$&');
}

function cell(text: string): string {
  return inline(text);
}
