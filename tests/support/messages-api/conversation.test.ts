import { answered, assistant, GOOD, mark, messages, result, use, user } from './raw.ts';
import { testRefused } from './refused.ts';

testRefused([
  ['no messages', { ...GOOD, messages: undefined }, 'messages: Field required'],
  ['an empty list of messages', messages(), 'messages: at least one message is required'],
  [
    'the assistant first',
    messages(assistant('hi')),
    'messages: first message must use the "user" role',
  ],
  [
    'an unknown role',
    messages({ role: 'tool', content: 'x' }),
    "messages.0.role: Input should be 'user', 'assistant' or 'system'",
  ],
  ['a message without content', messages({ role: 'user' }), 'messages.0.content: Field required'],
  [
    'a message with empty content',
    messages(user('a'), assistant([]), user('b')),
    'messages.1: all messages must have non-empty content except for the optional final assistant message',
  ],
  [
    'an empty text block',
    messages(user([{ type: 'text', text: '' }])),
    'messages: text content blocks must be non-empty',
  ],
  [
    'a blank text block',
    messages(user([{ type: 'text', text: ' \n' }])),
    'messages: text content blocks must contain non-whitespace text',
  ],
  [
    'a blank string',
    messages(user(' ')),
    'messages: text content blocks must contain non-whitespace text',
  ],
  [
    'a cache mark on an empty text block',
    messages(user([{ type: 'text', text: '', ...mark() }])),
    'messages.0.content.0.text: cache_control cannot be set for empty text blocks',
  ],
  [
    'a text block without text',
    messages(user([{ type: 'text' }])),
    'messages.0.content.0.text: Field required',
  ],
  [
    'an unknown block',
    messages(user([{ type: 'sound' }])),
    /^messages\.0\.content\.0: Input tag 'sound' found using 'type' does not match any of the expected tags: 'text'/,
  ],
  [
    'a field a block does not have',
    messages(user([{ type: 'text', text: 'a', note: 1 }])),
    'messages.0.content.0.text.note: Extra inputs are not permitted',
  ],
  [
    'an empty text in a tool_result',
    messages(
      ...answered().slice(0, 2),
      user([result('toolu_1', { content: [{ type: 'text', text: '' }] })]),
    ),
    'messages: text content blocks must be non-empty',
  ],
  [
    'a prefilled answer',
    messages(user('a'), assistant('b')),
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  ],

  [
    'a call without an answer',
    messages(user('a'), assistant([use('t1')]), user('b')),
    'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  ],
  [
    'one of two calls without an answer',
    messages(user('a'), assistant([use('t1'), use('t2')]), user([result('t1')])),
    /without `tool_result` blocks immediately after: t2\./,
  ],
  [
    'a call at the end',
    messages(user('a'), assistant([use('t1')])),
    /^messages\.1: `tool_use` ids were found without/,
  ],
  [
    'text before the answer to a call',
    messages(user('a'), assistant([use('t1')]), user([{ type: 'text', text: 'b' }, result('t1')])),
    /^messages\.1: `tool_use` ids were found without/,
  ],
  [
    'an answer one message late',
    messages(user('a'), assistant([use('t1')]), user('b'), assistant('c'), user([result('t1')])),
    /^messages\.1: `tool_use` ids were found without/,
  ],
  [
    'an answer without a call',
    messages(user([result('t1')])),
    'messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t1. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
  ],
  [
    'two answers to one call',
    messages(user('a'), assistant([use('t1')]), user([result('t1'), result('t1')])),
    'messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: t1',
  ],
  [
    'one id for two calls',
    messages(user('a'), assistant([use('t1'), use('t1')]), user([result('t1')])),
    'messages.1.content.1: `tool_use` ids must be unique',
  ],
  [
    'an id used again later',
    messages(...answered(['t1']), assistant([use('t1')]), user([result('t1')])),
    'messages.3.content.0: `tool_use` ids must be unique',
  ],
  [
    'an id with a blank',
    messages(user('a'), assistant([use('t 1')]), user([result('t 1')])),
    "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
  ],
  [
    'a call whose input is no object',
    messages(user('a'), assistant([use('t1', { input: '{}' })]), user([result('t1')])),
    'messages.1.content.0.tool_use.input: Input should be an object',
  ],
  [
    'a call by the user',
    messages(user([use('t1')])),
    'messages.0: `tool_use` blocks can only be in `assistant` messages',
  ],
  [
    'an answer by the assistant',
    messages(user('a'), assistant([result('t1')])),
    'messages.1: `tool_result` blocks can only be in `user` messages',
  ],
  [
    'calls without tools',
    { ...GOOD, messages: answered() },
    'Requests which include `tool_use` or `tool_result` blocks must define tools',
  ],
]);
