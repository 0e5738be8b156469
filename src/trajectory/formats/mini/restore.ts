import type { TrajectoryEvent } from '../../event.ts';
import { OwnObservation, OwnRun, type OwnStep, OwnTurn, restoreEvents } from '../own-run.ts';
import { isAssistant, isMarkedAnswer } from './messages.ts';
import type { MiniFile } from './schema.ts';

/** @returns the events of a run that we exported; null for a file that is mini's own */
export function restoreMini(file: MiniFile, importedAt: string): TrajectoryEvent[] | null {
  const run = OwnRun.safeParse(file.info?.patchwright);
  if (!run.success) return null;
  const texts = { system: '', prompt: '', time: importedAt };
  const steps: OwnStep[] = [];
  for (const message of file.messages) {
    const { role, content, extra } = message;
    const last = steps.at(-1);
    if (isAssistant(message)) {
      const own = OwnTurn.safeParse(extra?.patchwright);
      if (!own.success) return null;
      const thinking = message.reasoning_content ?? undefined;
      steps.push({ text: content, thinking, own: own.data, observations: [], nudges: [] });
    } else if (isMarkedAnswer(message) && last) {
      const own = OwnObservation.safeParse(extra?.patchwright);
      if (!own.success) return null;
      const observations = [...last.observations, { text: content, own: own.data }];
      steps[steps.length - 1] = { ...last, observations };
    } else if (role === 'user' && last) {
      steps[steps.length - 1] = { ...last, nudges: [...last.nudges, content] };
    } else if (role === 'user') texts.prompt = content;
    else if (role === 'system') texts.system = content;
  }
  return restoreEvents(run.data, texts, steps);
}
