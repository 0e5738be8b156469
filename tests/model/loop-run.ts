import * as z from 'zod';
import { runLoop } from '../../src/agent/loop.ts';
import { defineTool, type Tool, type ToolContext } from '../../src/agent/tool.ts';
import type { Message, Model } from '../../src/model/model.ts';
import type { EventBody, Turn } from '../../src/trajectory/event.ts';

/** Runs the planner loop with tools that only count; the workspace is never touched. */
export async function runCounting(
  model: Model,
  signal: AbortSignal = new AbortController().signal,
) {
  const ran: string[] = [];
  const events: EventBody[] = [];
  const bash = defineTool({
    name: 'bash',
    description: 'Runs a command.',
    input: z.object({ command: z.string() }),
    async run({ command }) {
      ran.push(command);
      return { text: `ran ${command}` };
    },
  });
  const submit = defineTool({
    name: 'submit',
    description: 'Ends the run.',
    input: z.object({}),
    async run() {
      ran.push('submit');
      return { text: 'submitted', endsRun: true };
    },
  });
  const messages: Message[] = [{ role: 'user', text: 'Fix the bug.' }];
  const end = await runLoop({
    model,
    tools: [bash, submit] as Tool[],
    context: { signal } as ToolContext,
    system: 'You fix bugs.',
    messages,
    limits: { maxSteps: 20, maxCostUsd: null, maxTimeMs: 60_000 },
    emit: (event) => events.push(event),
  });
  const turns = events.flatMap((event): Turn[] => (event.type === 'turn' ? [event.turn] : []));
  const progress = events.flatMap((event) =>
    event.type === 'note' && event.kind === 'progress' ? [event.text] : [],
  );
  return { end, ran, turns, progress, events };
}
