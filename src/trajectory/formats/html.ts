import type { Action, Observation } from '../event.ts';
import type { RecordedRun, RecordedStep } from './own-run.ts';
import { costText, summaryLines, tokensText } from './summary-lines.ts';
import { visibleText } from './visible.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --add: #2da44e33; --del: #cf222e33; --dim: #888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
pre { font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0;
  padding: .6rem .8rem; border: 1px solid var(--line); border-radius: 6px; unicode-bidi: isolate; }
section { border-top: 1px solid var(--line); padding: .8rem 0; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; } h2 small { color: var(--dim); font-weight: normal; }
details { margin: .4rem 0; } summary { cursor: pointer; } .error > summary { color: #cf222e; }
table { border-collapse: collapse; } td { padding: .15rem 1rem .15rem 0; vertical-align: top; }
.add { background: var(--add); display: block; } .del { background: var(--del); display: block; }
.hunk { color: var(--dim); display: block; } .said { white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/**
 * Writes a run as one HTML file that needs nothing else: no script, no request. Everything in it that comes from the
 * run is escaped text.
 */
export function exportHtml(run: RecordedRun): string {
  const { header, outcome, steps } = run;
  const facts = summaryLines(run).map(
    ([label, value]) => `<tr><td>${escapeHtml(label)}</td><td>${escapeHtml(value)}</td></tr>`,
  );
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(header.runId)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(header.task.id)}</h1>
<table>${facts.join('')}</table>
<details open><summary>Task</summary><pre>${escapeHtml(header.task.statement)}</pre></details>
<details><summary>Patch</summary>${outcome?.patch ? diffHtml(outcome.patch) : '<p>No change.</p>'}</details>
<details><summary>System prompt</summary><pre>${escapeHtml(header.system)}</pre></details>
<details><summary>First message</summary><pre>${escapeHtml(header.prompt)}</pre></details>
${steps.map(stepHtml).join('\n')}
</body>
</html>
`;
}

function stepHtml(step: RecordedStep): string {
  const { turn, observations, nudges } = step;
  const facts = `${tokensText(turn.usage)}, ${costText(turn.usage.costUsd)}, ${step.durationMs} ms`;
  const parts = turn.actions.map((action) => {
    const answer = observations.find(({ actionId }) => actionId === action.id);
    return actionHtml(action) + (answer ? answerHtml(answer) : '');
  });
  const thinking = turn.thinking
    ? `<details><summary>Thinking</summary><p class="said">${escapeHtml(turn.thinking)}</p></details>`
    : '';
  return `<section id="step-${step.step}">
<h2>Step ${step.step} <small>${escapeHtml(facts)}</small></h2>
${thinking}<p class="said">${escapeHtml(turn.text)}</p>
${parts.join('\n')}
${nudges.map((text) => `<p class="said"><i>Said to the model:</i> ${escapeHtml(text)}</p>`).join('\n')}
</section>`;
}

function actionHtml({ tool, input }: Action): string {
  const fields = Object.entries((input ?? {}) as Record<string, unknown>);
  const rows = fields.map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    const kind = name === 'old_text' ? ' class="del"' : name === 'new_text' ? ' class="add"' : '';
    return `<tr><td>${escapeHtml(name)}</td><td><pre${kind}>${escapeHtml(text ?? '')}</pre></td></tr>`;
  });
  return `<p><b>${escapeHtml(tool)}</b></p><table>${rows.join('')}</table>`;
}

function answerHtml({ text, isError, durationMs }: Observation): string {
  const kind = isError ? ' class="error"' : '';
  const label = `${isError ? 'Error' : 'Answer'}, ${durationMs} ms`;
  return `<details${kind}><summary>${label}</summary><pre>${escapeHtml(text)}</pre></details>`;
}

function diffHtml(patch: string): string {
  const lines = visibleText(patch)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const text = escapeHtml(line);
      if (/^\+(?!\+\+ )/.test(line)) return `<span class="add">${text}</span>`;
      if (/^-(?!-- )/.test(line)) return `<span class="del">${text}</span>`;
      return /^(@@|diff |index |\+\+\+ |--- )/.test(line)
        ? `<span class="hunk">${text}</span>`
        : `${text}\n`;
    });
  return `<pre>${lines.join('')}</pre>`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return visibleText(text).replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
