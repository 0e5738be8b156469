import type { Usage } from '../event.ts';
import type { RecordedRun } from './own-run.ts';

/** The facts that stand at the head of a run's report, as label and value. */
export function summaryLines({ header, outcome, steps }: RecordedRun): [string, string][] {
  const { task } = header;
  return [
    ['Task', task.id],
    ['Repository', task.repository || 'unknown'],
    ['Base commit', task.baseCommit || 'unknown'],
    ['Model', header.model],
    [
      'Status',
      outcome ? `${outcome.status}: ${outcome.reason}` : 'the recording ends before the run did',
    ],
    ['Steps', String(steps.length)],
    ['Tokens', outcome ? tokensText(outcome.usage) : 'unknown'],
    ['Cost', costText(outcome?.usage.costUsd)],
    ['Time', outcome ? `${(outcome.durationMs / 1000).toFixed(1)} s` : 'unknown'],
  ];
}

export function costText(costUsd: number | null | undefined): string {
  return typeof costUsd === 'number' ? `$${costUsd.toFixed(4)}` : 'unknown';
}

export function tokensText(usage: Usage): string {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return `${input} in (${usage.cacheReadTokens} from cache), ${usage.outputTokens} out`;
}
