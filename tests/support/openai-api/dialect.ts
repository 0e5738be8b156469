/** The ways in which servers that speak chat completions differ. */
export interface Dialect {
  /** Name of the field that reasoning arrives in; null: it is not sent. */
  readonly reasoning: 'reasoning' | 'reasoning_content' | 'reasoning_details' | null;
  /** `zero`: every call of an answer comes as index 0, told apart by its id alone. */
  readonly toolIndex: 'counted' | 'zero';
  /** What stands for the id of a call. */
  readonly toolIds: 'sent' | 'missing' | 'empty';
  /** Whether a call's arguments come in pieces or in one chunk. */
  readonly toolChunks: 'pieces' | 'whole';
  /** `content: null` beside calls and in the first chunk, instead of leaving it out or empty. */
  readonly nullContent: boolean;
  /** How a stream ends. */
  readonly end: '[DONE]' | 'body';
  /** Where usage comes in a stream: a last chunk without choices, if asked for; with the finish reason; or never. */
  readonly usage: 'last-chunk' | 'with-finish' | 'never';
  /** What happens to `tools`: taken, refused with 400, or read past without a word. */
  readonly tools: 'taken' | 'refused' | 'ignored';
  /** The words of a server that refuses tools. */
  readonly toolsRefusal: (model: string) => string;
  /** `finish_reason` of an answer that calls tools. */
  readonly finishWithTools: 'tool_calls' | 'stop';
  /** `prompt_tokens_details.cached_tokens` is reported. */
  readonly cachedTokens: boolean;
  /** `usage.cost` in dollars is reported, at these prices per token. */
  readonly cost: { readonly input: number; readonly output: number } | null;
  /** Comment lines between the events of a stream. */
  readonly comments: string | null;
  /** Shape of an error: under `error`, flat, or with a number as its code. */
  readonly errors: 'nested' | 'flat' | 'numbered';
  /** Tokens of context, and what becomes of a longer prompt: 400, or its beginning is cut without a word. */
  readonly context: { readonly size: number; readonly overflow: 'refused' | 'cut' };
  /** Whether a key is asked for at all. */
  readonly needsKey: boolean;
  /** Name of the context size in the list of models. */
  readonly contextField: 'max_model_len' | 'context_length' | null;
}

const OPENAI: Dialect = {
  reasoning: null,
  toolIndex: 'counted',
  toolIds: 'sent',
  toolChunks: 'pieces',
  nullContent: true,
  end: '[DONE]',
  usage: 'last-chunk',
  tools: 'taken',
  toolsRefusal: (model) => `${model} does not support tools`,
  finishWithTools: 'tool_calls',
  cachedTokens: true,
  cost: null,
  comments: null,
  errors: 'nested',
  context: { size: 128_000, overflow: 'refused' },
  needsKey: true,
  contextField: null,
};

/** Servers as they are commonly met. A test changes single properties: `{...DIALECTS.vllm, tools: 'refused'}`. */
export const DIALECTS = {
  openai: OPENAI,
  vllm: {
    ...OPENAI,
    reasoning: 'reasoning_content',
    toolsRefusal: () =>
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    errors: 'flat',
    context: { size: 32_768, overflow: 'refused' },
    needsKey: false,
    contextField: 'max_model_len',
  },
  llamaCpp: {
    ...OPENAI,
    reasoning: 'reasoning_content',
    usage: 'with-finish',
    cachedTokens: false,
    context: { size: 8_192, overflow: 'refused' },
    needsKey: false,
  },
  ollama: {
    ...OPENAI,
    reasoning: 'reasoning',
    toolIndex: 'zero',
    toolChunks: 'whole',
    nullContent: false,
    toolsRefusal: (model) => `registry.ollama.ai/library/${model} does not support tools`,
    cachedTokens: false,
    context: { size: 4_096, overflow: 'cut' },
    needsKey: false,
  },
  openRouter: {
    ...OPENAI,
    reasoning: 'reasoning_details',
    toolsRefusal: () => 'No endpoints found that support tool use.',
    cost: { input: 1e-6, output: 5e-6 },
    comments: 'OPENROUTER PROCESSING',
    errors: 'numbered',
    contextField: 'context_length',
  },
} as const satisfies Record<string, Dialect>;
