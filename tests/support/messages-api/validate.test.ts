import { answered, GOOD, messages } from './raw.ts';
import { testRefused } from './refused.ts';

testRefused([
  ['no JSON', '{"model":', /^The request body is not valid JSON: /],
  ['no object', [], 'Input should be an object'],
  ['no model', { ...GOOD, model: undefined }, 'model: Field required'],
  ['no max_tokens', { ...GOOD, max_tokens: undefined }, 'max_tokens: Field required'],
  [
    'max_tokens as text',
    { ...GOOD, max_tokens: '9' },
    'max_tokens: Input should be a valid integer',
  ],
  [
    'max_tokens below zero',
    { ...GOOD, max_tokens: -1 },
    'max_tokens: Input should be greater than or equal to 0',
  ],
  [
    'max_tokens over the limit of the model',
    { ...GOOD, max_tokens: 200_000 },
    'max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens for claude-sonnet-5-5',
  ],
  ['a field nobody knows', { ...GOOD, foo: 1 }, 'foo: Extra inputs are not permitted'],
  [
    'a beta field without its beta',
    { ...GOOD, context_management: { edits: [] } },
    'context_management: Extra inputs are not permitted',
  ],
  ['temperature', { ...GOOD, temperature: 0 }, '`temperature` is deprecated for this model.'],
  ['top_p', { ...GOOD, top_p: 0.5 }, '`top_p` is deprecated for this model.'],
  ['top_k', { ...GOOD, top_k: 5 }, '`top_k` is deprecated for this model.'],
  ['stream as text', { ...GOOD, stream: 'yes' }, 'stream: Input should be a valid boolean'],
  [
    'a blank stop sequence',
    { ...GOOD, stop_sequences: [' '] },
    'stop_sequences: each stop sequence must contain non-whitespace',
  ],

  [
    'an unknown kind of thinking',
    { ...GOOD, thinking: { type: 'deep' } },
    "thinking.type: Input should be 'adaptive', 'enabled', 'disabled' or 'between_tools'",
  ],
  [
    'a thinking budget on a model without',
    { ...GOOD, thinking: { type: 'enabled', budget_tokens: 2000 } },
    /^"thinking\.type\.enabled" is not supported for this model\. Use "thinking\.type\.adaptive"/,
  ],
  [
    'no thinking on a model that always thinks',
    { ...GOOD, model: 'claude-opus-5-5', thinking: { type: 'disabled' } },
    '"thinking.type.disabled" is not supported for this model.',
  ],
  [
    'no thinking where it is called otherwise',
    { ...GOOD, thinking: { type: 'disabled' } },
    /Use "thinking\.type\.between_tools"/,
  ],
  [
    'a budget below 1024',
    { ...GOOD, model: 'claude-haiku-4-5', thinking: { type: 'enabled', budget_tokens: 1023 } },
    'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
  ],
  [
    'a budget not below max_tokens',
    {
      ...GOOD,
      model: 'claude-haiku-4-5',
      max_tokens: 1024,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    },
    '`max_tokens` must be greater than `thinking.budget_tokens`.',
  ],
  [
    'a budget and a turn that does not begin with thinking',
    {
      ...messages(...answered()),
      model: 'claude-haiku-4-5',
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    },
    /^messages\.1\.content\.0\.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`/,
  ],
  [
    'a budget with adaptive thinking',
    { ...GOOD, thinking: { type: 'adaptive', budget_tokens: 2000 } },
    'thinking.adaptive.budget_tokens: Extra inputs are not permitted',
  ],
  [
    'an unknown display',
    { ...GOOD, thinking: { type: 'adaptive', display: 'full' } },
    "thinking.adaptive.display: Input should be 'summarized' or 'omitted'",
  ],
  [
    'an unknown effort',
    { ...GOOD, output_config: { effort: 'huge' } },
    "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
  ],
  [
    'effort on a model without',
    { ...GOOD, model: 'claude-haiku-4-5', output_config: { effort: 'low' } },
    'This model does not support the effort parameter.',
  ],
  [
    'the highest effort without thinking ahead',
    { ...GOOD, thinking: { type: 'between_tools' }, output_config: { effort: 'max' } },
    /^"thinking\.type\.between_tools" is not supported with effort 'max'/,
  ],
]);
