import type { MessagesApi } from './server.ts';

/** A `POST /v1/messages` without any client library. */
export async function post(
  server: MessagesApi,
  body: unknown,
  options: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly path?: string;
    readonly omit?: string;
  } = {},
) {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-api-key': server.apiKey,
    'anthropic-version': '2026-10-21',
    ...options.headers,
  };
  if (options.omit !== undefined) delete headers[options.omit];
  const response = await fetch(`${server.url}${options.path ?? '/v1/messages'}`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    // biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests are about
    json: (isJson ? JSON.parse(text) : undefined) as any,
  };
}

export const TOOL = {
  name: 'view',
  description: 'Shows a file.',
  input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

/** A request that breaks no rule. */
export const GOOD = {
  model: 'claude-sonnet-5-5',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Fix the bug.' }],
};

/** A conversation with one answered call. */
export function answered(calls: readonly string[] = ['toolu_1']) {
  return [
    { role: 'user', content: 'Fix the bug.' },
    {
      role: 'assistant',
      content: calls.map((id) => ({ type: 'tool_use', id, name: 'view', input: { path: 'a.py' } })),
    },
    {
      role: 'user',
      content: calls.map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'x = 1' })),
    },
  ];
}

/** Parts of requests, good and bad. */
export const user = (content: unknown) => ({ role: 'user', content });
export const assistant = (content: unknown) => ({ role: 'assistant', content });
export const use = (id: string, more = {}) => ({
  type: 'tool_use',
  id,
  name: 'view',
  input: {},
  ...more,
});
export const result = (id: string, more = {}) => ({
  type: 'tool_result',
  tool_use_id: id,
  content: 'x',
  ...more,
});
export const mark = (ttl?: string) => ({
  cache_control: { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) },
});
export const tool = (more: object) => ({ ...GOOD, tools: [{ ...TOOL, ...more }] });
export const messages = (...list: unknown[]) => ({ ...GOOD, tools: [TOOL], messages: list });
