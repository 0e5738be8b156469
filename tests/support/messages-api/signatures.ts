import { createHmac } from 'node:crypto';
import { invalid } from './errors.ts';
import type { ServedModel } from './models.ts';
import type { Position, Prefix } from './prefix.ts';
import { isObject, type JsonObject, type MessagesBody } from './request.ts';

/** What a thinking block was made after: the model and hashes of all that stood before it. */
interface Binding {
  readonly model: string;
  readonly tools: string;
  readonly system: string;
  /** Hash of tools, system and every block before. */
  readonly prefix: string;
}

/** A block taken out of the prompt instead of being shown to the model. */
export interface DroppedThinking {
  readonly block: JsonObject;
  /** As the response reports it. */
  readonly report: {
    readonly type: 'thinking_dropped';
    readonly path: string;
    readonly reason: 'model_binding_mismatch' | 'prefix_binding_mismatch';
  };
}

/** Makes and checks the signatures of thinking blocks. One secret a server: another server's blocks are refused. */
export class Signatures {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  #mac(payload: string, content: string): string {
    return createHmac('sha256', this.#secret)
      .update(payload)
      .update('\n')
      .update(content)
      .digest('base64url');
  }

  /**
   * Signs the text of a thinking block; the data of a redacted block is the signature of the empty text.
   *
   * @param prefix hash of everything before the block
   */
  sign(content: string, binding: Binding): string {
    const payload = Buffer.from(JSON.stringify(binding)).toString('base64url');
    return `${payload}.${this.#mac(payload, content)}`;
  }

  #open(signature: string, content: string): Binding | undefined {
    const [payload = '', mac] = signature.split('.');
    if (mac !== this.#mac(payload, content)) return undefined;
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  }

  /**
   * Checks every thinking block of a request.
   *
   * @returns the blocks that the model will not see: another model's, and those that no longer fit when the request
   *   asks for `drop_block`
   * @throws {ApiError} 400 for a changed block or one bound to another conversation
   */
  check(body: MessagesBody, model: ServedModel, prefix: Prefix): DroppedThinking[] {
    const dropped: DroppedThinking[] = [];
    const drop = ({ block, path }: Position, reason: DroppedThinking['report']['reason']) => {
      dropped.push({ block, report: { type: 'thinking_dropped', path, reason } });
    };
    for (const position of prefix.positions) {
      const { block, path } = position;
      const redacted = block.type === 'redacted_thinking';
      if (!redacted && block.type !== 'thinking') continue;
      const field = redacted ? 'data' : 'signature';
      const content = redacted ? '' : String(block.thinking);
      const binding = this.#open(String(block[field]), content);
      if (binding === undefined) invalid(path, `Invalid \`${field}\` in \`${block.type}\` block`);
      if (binding.model !== model.info.id) {
        drop(position, 'model_binding_mismatch');
        continue;
      }
      if (!model.bindsThinking || binding.prefix === position.before) continue;
      if (!dropsMismatch(body)) refuse(position, field, explain(binding, prefix));
      drop(position, 'prefix_binding_mismatch');
    }
    return dropped;
  }
}

function dropsMismatch(body: MessagesBody): boolean {
  const binding = body.thinking?.block_binding;
  return isObject(binding) && binding.prefix_mismatch_behavior === 'drop_block';
}

function explain(binding: Binding, prefix: Prefix): string {
  if (binding.system !== prefix.systemHash) {
    return 'The `system` prompt differs from the one this block was created with.';
  }
  if (binding.tools !== prefix.toolsHash) {
    return 'The `tools` differ from the ones this block was created with.';
  }
  return 'The messages before this block differ from the ones it was created with.';
}

function refuse(position: Position, field: string, why: string): never {
  invalid(
    position.path,
    `Invalid \`${field}\` in \`${String(position.block.type)}\` block. The block is bound to a different conversation. Remove the block, or set \`thinking.block_binding.prefix_mismatch_behavior\` to "drop_block". That setting requires the \`thinking-binding-controls-2026-08-01\` value in the \`anthropic-beta\` header. ${why}`,
  );
}
