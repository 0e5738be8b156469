import type { TrajectoryEvent } from '../../event.ts';
import { OwnObservation, OwnRun, type OwnStep, OwnTurn, restoreEvents } from '../own-run.ts';
import type { TrajFile } from './schema.ts';

/** @returns the events of a run that we exported; null for a file that is SWE-agent's own */
export function restoreSweAgent(file: TrajFile, importedAt: string): TrajectoryEvent[] | null {
  const run = OwnRun.safeParse(file.info?.patchwright);
  if (!run.success) return null;
  const texts = { system: '', prompt: '', time: importedAt };
  const steps: OwnStep[] = [];
  for (const item of file.history ?? []) {
    const last = steps.at(-1);
    if (item.role === 'assistant') {
      const own = OwnTurn.safeParse(item.patchwright);
      if (!own.success) return null;
      const thinking = item.thinking_blocks?.map((block) => block.thinking ?? '').join('');
      steps.push({
        text: item.thought ?? '',
        thinking: thinking || undefined,
        own: own.data,
        observations: [],
        nudges: [],
      });
    } else if (item.role === 'tool' && last) {
      const own = OwnObservation.safeParse(item.patchwright);
      if (!own.success) return null;
      const observations = [...last.observations, { text: item.content, own: own.data }];
      steps[steps.length - 1] = { ...last, observations };
    } else if (item.role === 'user' && last) {
      steps[steps.length - 1] = { ...last, nudges: [...last.nudges, item.content] };
    } else if (item.role === 'user') texts.prompt = item.content;
    else if (item.role === 'system') texts.system = item.content;
  }
  return restoreEvents(run.data, texts, steps);
}
