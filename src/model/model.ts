import type { Observation, Turn } from '../trajectory/event.ts';

/** A tool as a model sees it. */
export interface ToolSchema {
  readonly name: string;
  readonly description: string;
  /** JSON Schema whose `type` is `object`. */
  readonly inputSchema: Record<string, unknown>;
}

/**
 * One entry of the conversation. The list only ever grows: providers bind thinking blocks to their prefix,
 * so nothing sent before is edited.
 */
export type Message =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly turn: Turn }
  /** The answers to all actions of the assistant turn just before, in the order asked. */
  | { readonly role: 'observations'; readonly observations: readonly Observation[] };

export interface ModelRequest {
  readonly system: string;
  readonly tools: readonly ToolSchema[];
  readonly messages: readonly Message[];
}

export interface CompleteOptions {
  /** Aborts the request; `complete` then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Tells a person what goes on: "waiting 32 s, rate limit", a part of the streamed text. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Anything that answers a conversation with actions: a language model, a script, a person, the repair policy. One
 * object serves one run: it may remember which fallback it took or what a server cannot do.
 */
export interface Model {
  /** As shown to a person and kept in the trajectory, for instance `claude-sonnet-5-5` or `repair`. */
  readonly name: string;
  /** True when the price of a request is known, so that a dollar limit can hold. */
  readonly hasPrice: boolean;
  /** True when its edits are tested before they are made, so that no language server has to look at them. */
  readonly testsEdits?: boolean;
  /**
   * Tokens that a conversation may have, as far as it is known by now. Null: not known, or the provider shortens long
   * conversations by itself.
   */
  readonly contextTokens?: number | null;
  /** US dollars that the next request costs at the very least; null or absent: not known. */
  leastCost?(request: ModelRequest): number | null;
  /**
   * Answers the conversation.
   *
   * @throws {ModelError} when the provider failed for good
   */
  complete(request: ModelRequest, options: CompleteOptions): Promise<Turn>;
}
