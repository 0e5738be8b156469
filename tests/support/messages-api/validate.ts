import { checkContextManagement } from './context-edits.ts';
import { checkConversation } from './conversation.ts';
import { ApiError, invalid } from './errors.ts';
import {
  checkCacheControl,
  optional,
  refuseExtra,
  requireArray,
  requireInteger,
  requireObject,
  requireOneOf,
  requireString,
} from './fields.ts';
import { findModel, type ServedModel } from './models.ts';
import { isObject, type JsonObject, type MessagesBody } from './request.ts';
import { checkTools } from './validate-tools.ts';

/** Newest first; the older one is still served. */
export const API_VERSIONS = ['2026-10-21', '2023-06-01'];

const FIELDS = [
  'model',
  'max_tokens',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'thinking',
  'stream',
  'stop_sequences',
  'metadata',
  'cache_control',
  'output_config',
  'service_tier',
  'inference_geo',
  'container',
  'diagnostics',
  'speed',
];

/** Fields that only a beta header makes known. */
const BETA_FIELDS: Readonly<Record<string, string>> = {
  context_management: 'context-management-2025-06-27',
};

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

function checkThinking(body: JsonObject, model: ServedModel, betas: ReadonlySet<string>): void {
  if (body.thinking === undefined) return;
  const thinking = requireObject(body.thinking, 'thinking');
  const known = ['adaptive', 'enabled', 'disabled', 'between_tools'] as const;
  const type = known.find((name) => name === thinking.type);
  if (type === undefined) {
    requireOneOf(thinking.type, known, 'thinking.type');
    return;
  }
  const path = `thinking.${type}`;
  const binding = betas.has('thinking-binding-controls-2026-08-01') ? ['block_binding'] : [];
  refuseExtra(
    thinking,
    [
      'type',
      ...(type === 'enabled' ? ['budget_tokens'] : []),
      ...(type === 'enabled' || type === 'adaptive' ? ['display', ...binding] : []),
    ],
    path,
  );
  const types = model.info.capabilities?.thinking.types;
  if (types?.[type].supported !== true) {
    if (type === 'enabled') {
      invalid(
        '',
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
      );
    }
    if (type === 'disabled' && types?.between_tools.supported === true) {
      invalid(
        '',
        '"thinking.type.disabled" is not supported for this model. Use "thinking.type.between_tools" to turn off up-front thinking.',
      );
    }
    invalid('', `"thinking.type.${type}" is not supported for this model.`);
  }
  if (thinking.display !== undefined && thinking.display !== null) {
    requireOneOf(thinking.display, ['summarized', 'omitted'], `${path}.display`);
  }
  if (type === 'enabled') {
    const budget = requireInteger(thinking, 'budget_tokens', path);
    if (budget < 1024) {
      invalid(`${path}.budget_tokens`, 'Input should be greater than or equal to 1024');
    }
    if (budget >= Number(body.max_tokens)) {
      invalid('', '`max_tokens` must be greater than `thinking.budget_tokens`.');
    }
  }
}

function checkOutput(body: JsonObject, model: ServedModel): void {
  if (body.output_config === undefined) return;
  const output = requireObject(body.output_config, 'output_config');
  refuseExtra(output, ['effort', 'format'], 'output_config');
  const effort = output.effort;
  if (effort === undefined || effort === null) return;
  requireOneOf(effort, EFFORTS, 'output_config.effort');
  const capability = model.info.capabilities?.effort;
  if (capability?.supported !== true) {
    invalid('', 'This model does not support the effort parameter.');
  }
  const level = EFFORTS.find((name) => name === effort) ?? 'high';
  if (capability[level]?.supported !== true) {
    invalid('output_config.effort', `'${level}' is not supported for this model.`);
  }
  const thinking = body.thinking;
  if (
    (level === 'xhigh' || level === 'max') &&
    isObject(thinking) &&
    (thinking.type === 'between_tools' || thinking.type === 'disabled')
  ) {
    invalid(
      '',
      `"thinking.type.${String(thinking.type)}" is not supported with effort '${level}'.`,
    );
  }
}

function checkSystem(system: unknown): void {
  if (system === undefined || typeof system === 'string') return;
  requireArray(system, 'system').forEach((value, i) => {
    const path = `system.${i}`;
    const block = requireObject(value, path);
    requireOneOf(block.type, ['text'], `${path}.type`);
    refuseExtra(block, ['type', 'text', 'cache_control', 'citations'], path);
    if (requireString(block, 'text', path) === '') {
      invalid('system', 'text content blocks must be non-empty');
    }
    checkCacheControl(block.cache_control, `${path}.cache_control`);
  });
}

function checkStopSequences(value: unknown): void {
  if (value === undefined) return;
  for (const stop of requireArray(value, 'stop_sequences')) {
    if (typeof stop !== 'string') invalid('stop_sequences', 'Input should be a valid string');
    if (stop.trim() === '') {
      invalid('stop_sequences', 'each stop sequence must contain non-whitespace');
    }
  }
}

/**
 * Refuses what the service refuses, with its words.
 *
 * @param isPaused whether the conversation ends with an assistant message that the service itself paused
 * @returns the body, now known to be well-formed, and the model it names
 * @throws {ApiError} the first rule broken
 */
export function validateMessages(
  parsed: unknown,
  context: {
    readonly models: readonly ServedModel[];
    readonly betas: ReadonlySet<string>;
    readonly isPaused: (body: MessagesBody) => boolean;
    /** Counting tokens takes the same body without `max_tokens`. */
    readonly countOnly?: boolean;
  },
): { body: MessagesBody; model: ServedModel } {
  if (!isObject(parsed)) throw new ApiError(400, 'Input should be an object');
  for (const key of ['temperature', 'top_p', 'top_k']) {
    if (key in parsed) invalid('', `\`${key}\` is deprecated for this model.`);
  }
  const betaFields = Object.entries(BETA_FIELDS).filter(([, beta]) => context.betas.has(beta));
  refuseExtra(parsed, [...FIELDS, ...betaFields.map(([field]) => field)], '');
  const id = requireString(parsed, 'model', '');
  const model = findModel(context.models, id);
  if (context.countOnly !== true) {
    const maximum = requireInteger(parsed, 'max_tokens', '');
    if (maximum < 0) invalid('max_tokens', 'Input should be greater than or equal to 0');
    const limit = model.info.max_tokens;
    if (limit !== null && maximum > limit) {
      invalid(
        'max_tokens',
        `${maximum} > ${limit}, which is the maximum allowed number of output tokens for ${id}`,
      );
    }
  }
  optional(parsed, 'stream', '', 'boolean');
  checkStopSequences(parsed.stop_sequences);
  checkSystem(parsed.system);
  checkThinking(parsed, model, context.betas);
  checkTools(parsed, model);
  checkOutput(parsed, model);
  checkCacheControl(parsed.cache_control, 'cache_control');
  checkContextManagement(parsed.context_management);
  checkConversation(parsed);
  const body = parsed as MessagesBody;
  if (body.messages.at(-1)?.role === 'assistant' && !model.prefill && !context.isPaused(body)) {
    invalid(
      '',
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  return { body, model };
}
