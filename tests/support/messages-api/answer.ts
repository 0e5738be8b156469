import type Anthropic from '@anthropic-ai/sdk';
import type { InputUsage } from './cache.ts';
import type { AppliedEdit } from './context-edits.ts';
import type { ServedModel } from './models.ts';
import { chain, estimateTokens, type Prefix, render } from './prefix.ts';
import type { JsonObject, MessagesBody } from './request.ts';
import type { ScriptedBlock, ScriptedTurn } from './script.ts';
import type { Signatures } from './signatures.ts';

/** A scripted turn as the service would answer it. */
export interface Answer {
  readonly message: Anthropic.Message;
  /** Hash of the conversation with this answer at its end, by which a paused turn is known again. */
  readonly hash: string;
  /** JSON sent for the input of a call, where the script gave its own. */
  readonly rawInputs: ReadonlyMap<string, string>;
}

function showsThinking(body: MessagesBody, model: ServedModel): boolean {
  const display = body.thinking?.display ?? model.display;
  return display === 'summarized';
}

function withoutThinking(body: MessagesBody, content: readonly ScriptedBlock[]) {
  return body.thinking?.type === 'disabled'
    ? content.filter(({ type }) => type !== 'thinking' && type !== 'redacted_thinking')
    : content;
}

/**
 * Turns a scripted turn into the message of the service: ids, signatures bound to what stands before, usage.
 *
 * @param newId makes an id with a prefix, `msg` or `toolu`
 */
export function answer(
  turn: ScriptedTurn,
  context: {
    readonly body: MessagesBody;
    readonly model: ServedModel;
    readonly prefix: Prefix;
    readonly usage: InputUsage;
    readonly signatures: Signatures;
    readonly newId: (prefix: string) => string;
    /** Reported when the beta that tells of them was asked for. */
    readonly contextManagement?: readonly AppliedEdit[];
    readonly transformations?: readonly unknown[];
  },
): Answer {
  const { body, model, prefix, signatures, newId } = context;
  const rawInputs = new Map<string, string>();
  const shown = showsThinking(body, model);
  let hash = prefix.hash;
  let outputTokens = 0;
  let thinkingTokens = 0;
  const binding = () => ({
    model: model.info.id,
    tools: prefix.toolsHash,
    system: prefix.systemHash,
    prefix: hash,
  });
  const content = withoutThinking(body, turn.content).map((block): Anthropic.ContentBlock => {
    const made = make(block);
    const rendered = render(made as unknown as JsonObject);
    hash = chain(hash, 'assistant', rendered);
    const tokens = estimateTokens(block.type === 'thinking' ? block.thinking : rendered);
    outputTokens += tokens;
    if (block.type === 'thinking' || block.type === 'redacted_thinking') thinkingTokens += tokens;
    return made;
  });

  function make(block: ScriptedBlock): Anthropic.ContentBlock {
    switch (block.type) {
      case 'text':
        return { type: 'text', text: block.text, citations: null };
      case 'thinking': {
        const thinking = shown ? block.thinking : '';
        return { type: 'thinking', thinking, signature: signatures.sign(thinking, binding()) };
      }
      case 'redacted_thinking':
        return { type: 'redacted_thinking', data: signatures.sign('', binding()) };
      case 'tool_use': {
        const id = block.id ?? newId('toolu');
        if (block.rawInput !== undefined) rawInputs.set(id, block.rawInput);
        const { name, input } = block;
        return { type: 'tool_use', id, name, input, caller: { type: 'direct' } };
      }
    }
  }

  const calls = content.some(({ type }) => type === 'tool_use');
  const stopReason = turn.stopReason ?? (calls ? 'tool_use' : 'end_turn');
  const message: Anthropic.Message = {
    id: newId('msg'),
    type: 'message',
    role: 'assistant',
    model: model.info.id,
    content,
    container: null,
    diagnostics: null,
    stop_reason: stopReason as Anthropic.StopReason,
    stop_sequence: turn.stopSequence ?? null,
    stop_details:
      stopReason === 'refusal'
        ? {
            type: 'refusal',
            category: (turn.refusal?.category ?? null) as Anthropic.RefusalStopDetails['category'],
            explanation: turn.refusal?.explanation ?? null,
          }
        : null,
    usage: {
      ...context.usage,
      output_tokens: turn.outputTokens ?? Math.max(1, outputTokens),
      output_tokens_details: { thinking_tokens: thinkingTokens },
      server_tool_use: null,
      service_tier: 'standard',
      inference_geo: 'not_available',
      speed: null,
    },
    ...(context.contextManagement && {
      context_management: { applied_edits: context.contextManagement },
    }),
    ...(context.transformations && { input_transformations: context.transformations }),
  };
  return { message, hash, rawInputs };
}
