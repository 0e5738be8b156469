import type { ChatApi } from './server.ts';

/** A `POST /chat/completions` without any client library. */
export async function post(
  server: ChatApi,
  body: unknown,
  options: { readonly authorization?: string | null; readonly path?: string } = {},
) {
  const { authorization = `Bearer ${server.apiKey}`, path = '/chat/completions' } = options;
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(authorization === null ? {} : { authorization }),
    },
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

/** The data of each event of a stream, parsed where it is JSON. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests are about
export function eventsIn(text: string): any[] {
  return text.split(/\r\n|\r|\n/).flatMap((line) => {
    if (!line.startsWith('data: ')) return [];
    const data = line.slice('data: '.length);
    try {
      return [JSON.parse(data)];
    } catch {
      return [data];
    }
  });
}

export const TOOL = {
  type: 'function',
  function: {
    name: 'view',
    description: 'Shows a file.',
    parameters: { type: 'object', properties: { path: { type: 'string' } } },
  },
};

/** A request that breaks no rule. */
export const GOOD = {
  model: 'local-model',
  messages: [
    { role: 'system', content: 'You fix bugs.' },
    { role: 'user', content: 'Fix it.' },
  ],
};

export const STREAM = { ...GOOD, stream: true, stream_options: { include_usage: true } };

/** An assistant message that calls the tool once for each id. */
export const calling = (...ids: string[]) => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({
    id,
    type: 'function',
    function: { name: 'view', arguments: '{}' },
  })),
});

export const answering = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'x' });
