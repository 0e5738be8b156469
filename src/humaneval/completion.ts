import type { ToolSchema } from '../model/model.ts';
import type { Turn } from '../trajectory/event.ts';
import type { Problem } from './problem.ts';

/** What a model answers a problem with. */
export const ANSWER: ToolSchema = {
  name: 'answer',
  description: 'Gives the completed function. It is run against hidden tests; there is one answer.',
  inputSchema: {
    type: 'object',
    properties: { code: { type: 'string', description: 'Python: the whole function' } },
    required: ['code'],
    additionalProperties: false,
  },
};

/** @returns the code of a turn: the call's, else the last fenced block's, else the text; null when there is none */
export function codeOf({ actions, text }: Pick<Turn, 'actions' | 'text'>): string | null {
  for (const { tool, input } of actions) {
    const code = (input as { code?: unknown } | null)?.code;
    if (tool === ANSWER.name && typeof code === 'string') return withoutFence(code);
  }
  return text.trim() === '' ? null : withoutFence(text);
}

/** Text without the fence around it; of several fenced blocks the last. */
function withoutFence(text: string): string {
  const blocks = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)];
  return blocks.at(-1)?.[1] ?? text;
}

/**
 * Makes code a completion: what stands behind the problem's prompt. A whole function is defined again behind the one
 * that the prompt begins; a body alone is indented where it is not.
 */
export function completionOf({ entry_point: name }: Problem, code: string): string {
  const text = code.replace(/^\s*\n/, '').trimEnd();
  if (new RegExp(`^(async[ \\t]+)?def[ \\t]+${name}\\b`, 'm').test(text)) {
    return `    pass\n\n\n${text}\n`;
  }
  const lines = text.split('\n');
  const isBody = /^[ \t]/.test(lines[0] ?? '');
  const indented = lines.map((line) => (line.trim() === '' || isBody ? line : `    ${line}`));
  return `${indented.join('\n')}\n`;
}
