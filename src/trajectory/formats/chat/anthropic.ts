import type { RecordedRun, RecordedStep } from '../own-run.ts';
import { answersOf, type ChatOptions } from './openai.ts';

/**
 * One training example in the shape of Anthropic's Messages API: `system`, `messages` of content blocks, `tools`.
 * User and assistant take turns, so that what is said after the tool results stands in one message with them; the
 * example ends with the model's last words.
 */
export function exportAnthropicChat(run: RecordedRun, options: ChatOptions): object {
  const { header, steps } = run;
  return {
    ...(header.system ? { system: header.system } : {}),
    messages: [
      { role: 'user', content: [textBlock(header.prompt)] },
      ...steps.flatMap((step, index) => messagesOf(step, options, index === steps.length - 1)),
    ],
    tools: header.tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: inputSchema,
    })),
  };
}

function messagesOf(step: RecordedStep, options: ChatOptions, isLast: boolean): object[] {
  const { turn, nudges } = step;
  const thinking = options.thinking ? turn.thinking : undefined;
  const content = [
    ...(thinking ? [{ type: 'thinking', thinking }] : []),
    ...(turn.text ? [textBlock(turn.text)] : []),
    ...turn.actions.map(({ id, tool, input }) => ({ type: 'tool_use', id, name: tool, input })),
  ];
  const answers = [
    ...answersOf(step).map(({ id, text, isError }) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: text,
      ...(isError ? { is_error: true } : {}),
    })),
    ...nudges.map(textBlock),
  ];
  // A message without content is none, and two of one role in a row are refused.
  const said = {
    role: 'assistant',
    content: content.length > 0 ? content : [textBlock('(nothing)')],
  };
  const reply = { role: 'user', content: answers.length > 0 ? answers : [textBlock('(go on)')] };
  return isLast ? [said] : [said, reply];
}

function textBlock(text: string): object {
  return { type: 'text', text };
}
