import { NO_USAGE } from '../agent/limits.ts';
import type { Message, Model } from '../model/model.ts';
import type { Action, Turn } from '../trajectory/event.ts';
import { nextMove, type PolicyOptions } from './policy.ts';

const NAME = 'repair';

/**
 * The built-in policy: program repair without a language model. What it does next follows from the conversation
 * alone, so a run can be replayed and resumed.
 */
export function createRepairModel(policy: PolicyOptions = {}): Model {
  return {
    name: NAME,
    hasPrice: true,
    testsEdits: true,
    async complete(request, options) {
      options.signal.throwIfAborted();
      return turnOf(request.messages, policy);
    },
  };
}

function turnOf(messages: readonly Message[], policy: PolicyOptions): Turn {
  const turns = messages.filter((message) => message.role === 'assistant').length;
  const move = nextMove(messages, policy);
  const actions: Action[] =
    move.kind === 'act' ? [{ id: `repair-${turns + 1}`, tool: move.tool, input: move.input }] : [];
  return {
    text: move.text,
    actions,
    usage: NO_USAGE,
    stopReason: move.kind === 'act' ? 'tool_use' : 'refusal',
    ...(move.kind === 'act' ? {} : { stopDetail: move.text }),
    model: NAME,
    raw: null,
  };
}
