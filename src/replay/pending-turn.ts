import type { Model } from '../model/model.ts';
import type { Turn } from '../trajectory/event.ts';

/** A model whose first answer is already there: the turn that was paid for before the run stopped. */
export function withPendingTurn(model: Model, pending: Turn | null): Model {
  let first = pending;
  return {
    ...model,
    name: model.name,
    hasPrice: model.hasPrice,
    async complete(request, options) {
      options.signal.throwIfAborted();
      const turn = first;
      first = null;
      return turn ?? model.complete(request, options);
    },
  };
}
