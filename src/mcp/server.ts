import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { renderPrompt } from '../agent/prompt.ts';
import { runTool, type Tool, type ToolContext, toolSchema } from '../agent/tool.ts';
import type { Observation } from '../trajectory/event.ts';

export interface McpOptions {
  readonly tools: readonly Tool[];
  /** One repository and one session for as long as the client is there. */
  readonly context: ToolContext;
  readonly version: string;
  /** Default: standard input and output, which nothing else may write to then. */
  readonly transport?: Transport;
  /** Told of every call after it was answered. */
  readonly onCall?: (tool: string, observation: Observation) => void;
  /** Called when `submit` has ended the work. @returns what the client is told, for instance where the patch is */
  readonly onSubmitted?: () => Promise<string>;
}

/** Tools that only read, told to clients that ask before anything is changed. */
const READING = new Set(['view', 'search', 'find_file']);

/**
 * Serves the tools over the Model Context Protocol. Calls are carried out one after the other, since they share a
 * working copy; a call that the client cancels is aborted. A bug in a tool is told as an internal error.
 *
 * @returns when the client has gone or the context's signal is aborted
 */
export async function serveMcp(options: McpOptions): Promise<void> {
  const { tools, context, version } = options;
  const server = new Server(
    { name: 'patchwright', version },
    {
      capabilities: { tools: {} },
      instructions: renderPrompt('mcp', { root: context.workspace.root }),
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map(describe) }));
  let calls = 0;
  let last: Promise<unknown> = Promise.resolve();
  server.setRequestHandler(CallToolRequestSchema, (request, extra) => {
    const { name, arguments: input = {}, _meta } = request.params;
    const token = _meta?.progressToken;
    let progress = 0;
    const callContext: ToolContext = {
      ...context,
      signal: AbortSignal.any([context.signal, extra.signal]),
      progress(text) {
        context.progress(text);
        if (token === undefined) return;
        const params = { progressToken: token, progress: ++progress, message: text };
        extra.sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
      },
    };
    const action = { id: `mcp-${++calls}`, tool: name, input };
    const answer = last.then(async () => {
      const observation = await runTool(tools, action, callContext);
      options.onCall?.(name, observation);
      const submitted = observation.endsRun ? await options.onSubmitted?.() : undefined;
      return {
        content: [{ type: 'text', text: [observation.text, submitted].filter(Boolean).join('\n') }],
        isError: observation.isError,
      };
    });
    last = answer.catch(() => undefined);
    return answer;
  });
  await server.connect(options.transport ?? new StdioServerTransport());
  await closed(server, context.signal);
  await last;
}

function describe(tool: Tool) {
  const { name, description, inputSchema } = toolSchema(tool);
  const reads = READING.has(name);
  return {
    name,
    description,
    inputSchema: { ...inputSchema, type: 'object' as const },
    annotations: { readOnlyHint: reads, destructiveHint: !reads, openWorldHint: false },
  };
}

function closed(server: Server, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const close = () => {
      server.close().finally(resolve);
    };
    server.onclose = () => {
      signal.removeEventListener('abort', close);
      resolve();
    };
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
  });
}
