import { describe, expect, it } from 'vitest';
import { exportTrajectory } from '../../../src/trajectory/formats/export.ts';
import { visibleText } from '../../../src/trajectory/formats/visible.ts';
import { ownEvents, sampleEvents } from '../../support/trajectories/own.ts';

interface ChatMessage {
  readonly role: string;
  readonly content: unknown;
  readonly tool_calls?: readonly { readonly id: string }[];
  readonly tool_call_id?: string;
}

function chat(format: 'openai' | 'anthropic', thinking: boolean): { messages: ChatMessage[] } {
  const text = exportTrajectory(sampleEvents(), format, { thinking });
  expect(text.trimEnd()).not.toContain('\n');
  return JSON.parse(text);
}

describe('chat in the shape of OpenAI', () => {
  it('answers every call before the next message and ends with the model', () => {
    const { messages } = chat('openai', false);
    expect(messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'tool',
      'assistant',
      'user',
      'assistant',
      'tool',
      'assistant',
    ]);
    const asked = messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id));
    const answered = messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id]));
    expect(answered).toEqual(asked.slice(0, -1));
    expect(messages.at(-2)).toMatchObject({ role: 'tool', content: 'refused' });
  });

  it('keeps thinking only when asked', () => {
    expect(JSON.stringify(chat('openai', false))).not.toContain('Where?');
    expect(chat('openai', true).messages[2]).toMatchObject({ reasoning_content: 'Where?' });
  });
});

describe('chat in the shape of Anthropic', () => {
  it('lets user and assistant take turns, with results first', () => {
    const { messages } = chat('anthropic', true);
    expect(messages.map(({ role }) => role).join(' ')).toBe(
      'user assistant user assistant user assistant user assistant',
    );
    expect(messages[1]?.content).toEqual([
      { type: 'thinking', thinking: 'Where?' },
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'call-1-1', name: 'bash', input: { command: 'ls' } },
      { type: 'tool_use', id: 'call-1-2', name: 'view', input: { path: 'a' } },
    ]);
    expect(messages[6]?.content).toEqual([
      { type: 'tool_result', tool_use_id: 'call-3-1', content: 'refused', is_error: true },
    ]);
  });

  it('gives a call that was never answered an answer', () => {
    const events = sampleEvents().filter(
      (event) => !(event.type === 'observation' && event.observation.actionId === 'call-1-2'),
    );
    const { messages } = JSON.parse(exportTrajectory(events, 'anthropic'));
    expect(messages[2].content[1]).toMatchObject({ tool_use_id: 'call-1-2', is_error: true });
  });
});

const hostile = [
  '<script>alert(1)</script>',
  '</pre></details><img src=x onerror=alert(1)>',
  '````\nout of the fence\n````',
  '\u001b[31mred\u001b[0m \u202Egnp.exe \u0000',
  `&lt;"'`,
].join('\n');

function hostileEvents() {
  const call = { tool: hostile, input: { [hostile]: hostile }, answer: { text: hostile } };
  const step = { text: hostile, thinking: hostile, calls: [call], nudge: hostile };
  return ownEvents([step], {
    statement: hostile,
    prompt: hostile,
    patch: `diff --git\n+${hostile}\n`,
  });
}

describe('HTML', () => {
  it('holds no script, no request and no markup from the run', () => {
    const html = exportTrajectory(hostileEvents(), 'html');
    expect(html).not.toMatch(/<script|<img|<a |src=x(?! onerror=alert\(1\)&gt;)/i);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain("default-src 'none'");
    for (const char of ['\u001b', '\u202e', '\u0000']) expect(html).not.toContain(char);
    const opened = html.match(/<(section|details|table|pre)\b/g)?.length;
    expect(html.match(/<\/(section|details|table|pre)>/g)?.length).toBe(opened);
  });

  it('shows steps, verdicts and the coloured patch', () => {
    const html = exportTrajectory(sampleEvents(), 'html');
    expect(html).toContain('id="step-4"');
    expect(html).toContain(
      '<details class="error"><summary>Error, 3 ms</summary><pre>refused</pre>',
    );
    expect(html).toContain('<span class="del">-x</span><span class="add">+y</span>');
  });
});

describe('Markdown', () => {
  it('fences with more ticks than the text has', () => {
    const markdown = exportTrajectory(hostileEvents(), 'markdown');
    expect(markdown).toContain('`````text\n<script>');
    for (const char of ['\u001b', '\u202e', '\u0000']) expect(markdown).not.toContain(char);
  });

  it('shows steps, commands and the patch', () => {
    const markdown = exportTrajectory(sampleEvents(), 'markdown');
    expect(markdown).toContain('## Step 1');
    expect(markdown).toContain('**bash**\n\n```sh\nls\n```');
    expect(markdown).toContain('Answer (error), 3 ms:\n\n```text\nrefused\n```');
    expect(markdown).toContain('```diff\ndiff --git a/a b/a');
  });
});

it('spells hidden characters out', () => {
  expect(visibleText('a\u001b[1mb\r\nc\td\u202e\u200b')).toBe('ab\nc\td⟨U+202E⟩⟨U+200B⟩');
});
