import { answered, assistant, GOOD, mark, messages, result, tool, user } from './raw.ts';
import { testRefused } from './refused.ts';

testRefused([
  [
    'five cache marks',
    {
      ...GOOD,
      system: [1, 2, 3, 4, 5].map((n) => ({ type: 'text', text: `part ${n}`, ...mark() })),
    },
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
  ],
  [
    'four cache marks and an automatic one',
    {
      ...GOOD,
      ...mark(),
      system: [1, 2, 3, 4].map((n) => ({ type: 'text', text: `part ${n}`, ...mark() })),
    },
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
  ],
  [
    'a cache mark inside a tool_result as the fifth',
    {
      ...messages(
        ...answered().slice(0, 2),
        user([result('toolu_1', { content: [{ type: 'text', text: 'x', ...mark() }] })]),
      ),
      system: [1, 2, 3, 4].map((n) => ({ type: 'text', text: `part ${n}`, ...mark() })),
    },
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
  ],
  [
    'a long-lived mark after a short-lived one',
    { ...tool(mark('5m')), system: [{ type: 'text', text: 'part', ...mark('1h') }] },
    /^system\.0\.cache_control\.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block/,
  ],
  [
    'an unknown lifetime',
    { ...GOOD, ...mark('2h') },
    "cache_control.ttl: Input should be '5m' or '1h'",
  ],
  [
    'a cache mark on thinking',
    messages(
      user('a'),
      assistant([{ type: 'thinking', thinking: 'b', signature: 's', ...mark() }]),
      user('c'),
    ),
    'messages.1.content.0.thinking.cache_control: Extra inputs are not permitted',
  ],
  [
    'a thinking block without its signature',
    messages(user('a'), assistant([{ type: 'thinking', thinking: 'b' }]), user('c')),
    'messages.1.content.0.thinking.signature: Field required',
  ],
  [
    'an invented signature',
    messages(
      user('a'),
      assistant([{ type: 'thinking', thinking: 'b', signature: 's' }]),
      user('c'),
    ),
    'messages.1.content.0: Invalid `signature` in `thinking` block',
  ],
  [
    'invented redacted thinking',
    messages(user('a'), assistant([{ type: 'redacted_thinking', data: 's' }]), user('c')),
    'messages.1.content.0: Invalid `data` in `redacted_thinking` block',
  ],
  [
    'an empty system block',
    { ...GOOD, system: [{ type: 'text', text: '' }] },
    'system: text content blocks must be non-empty',
  ],
  [
    'an image as system prompt',
    { ...GOOD, system: [{ type: 'image', source: {} }] },
    "system.0.type: Input should be 'text'",
  ],
]);
