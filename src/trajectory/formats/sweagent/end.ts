import type { Status, Usage } from '../../event.ts';
import { type ForeignEnd, UNKNOWN_USAGE } from '../foreign-run.ts';
import { patchOf } from '../submission.ts';
import type { Info } from './schema.ts';

/** @param submitted whether the steps end with a submission, for files that do not tell the exit status */
export function endOfRun(info: Info | null | undefined, submitted: boolean): ForeignEnd {
  const exitStatus = info?.exit_status ?? (submitted ? 'submitted' : '');
  return {
    status: statusOf(exitStatus),
    reason: exitStatus || 'the file does not tell how the run ended',
    patch: patchOf(info?.submission ?? ''),
    usage: usageOf(info),
  };
}

/** `submitted (exit_cost)` was submitted on the way out, because of a limit. */
function statusOf(exitStatus: string): Status {
  if (exitStatus === 'submitted') return 'submitted';
  if (/exit_(cost|context|format|total_execution_time|command_timeout)/.test(exitStatus)) {
    return 'limit';
  }
  if (exitStatus === '' || /early_exit|user/i.test(exitStatus)) return 'interrupted';
  return 'error';
}

function usageOf(info: Info | null | undefined): Usage {
  const stats = info?.model_stats;
  if (!stats) return UNKNOWN_USAGE;
  const cost = stats.instance_cost ?? 0;
  return {
    ...UNKNOWN_USAGE,
    inputTokens: stats.tokens_sent ?? 0,
    outputTokens: stats.tokens_received ?? 0,
    // They write 0 for a model whose price they do not know.
    costUsd: cost > 0 ? cost : null,
  };
}
