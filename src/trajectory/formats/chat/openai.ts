import type { RecordedRun, RecordedStep } from '../own-run.ts';

export interface ChatOptions {
  /** Keep what the model thought before it answered. */
  readonly thinking: boolean;
}

/**
 * One training example in the shape of OpenAI's Chat Completions: `messages` with tool calls, and `tools`.
 * Thinking, where it is wanted, is `reasoning_content` of the assistant's messages. The example ends with the model's
 * last words, which is what there is to learn.
 */
export function exportOpenAiChat(run: RecordedRun, options: ChatOptions): object {
  const { header, steps } = run;
  return {
    messages: [
      ...(header.system ? [{ role: 'system', content: header.system }] : []),
      { role: 'user', content: header.prompt },
      ...steps.flatMap((step, index) => messagesOf(step, options, index === steps.length - 1)),
    ],
    tools: header.tools.map(({ name, description, inputSchema }) => ({
      type: 'function',
      function: { name, description, parameters: inputSchema },
    })),
  };
}

function messagesOf(step: RecordedStep, options: ChatOptions, isLast: boolean): object[] {
  const { turn, nudges } = step;
  const calls = turn.actions.map(({ id, tool, input }) => ({
    id,
    type: 'function',
    function: { name: tool, arguments: JSON.stringify(input) },
  }));
  const said = {
    role: 'assistant',
    content: turn.text === '' && calls.length > 0 ? null : turn.text,
    ...(options.thinking && turn.thinking ? { reasoning_content: turn.thinking } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  if (isLast) return [said];
  return [
    said,
    ...answersOf(step).map(({ id, text }) => ({
      role: 'tool',
      tool_call_id: id,
      content: text,
    })),
    ...nudges.map((content) => ({ role: 'user', content })),
  ];
}

/** An answer for every call: one call without an answer would make the whole example invalid. */
export function answersOf({
  turn,
  observations,
}: RecordedStep): { id: string; text: string; isError: boolean }[] {
  return turn.actions.map(({ id }) => {
    const answer = observations.find(({ actionId }) => actionId === id);
    return { id, text: answer?.text ?? '(not run)', isError: answer?.isError ?? true };
  });
}
