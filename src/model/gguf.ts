import { basename } from 'node:path';
import { renderPrompt } from '../agent/prompt.ts';
import { ModelError, messageOf, UsageError } from '../errors.ts';
import type { Turn } from '../trajectory/event.ts';
import { findModelFile, type PullOptions } from './gguf-files.ts';
import { callSchema, withoutNulls } from './gguf-schema.ts';
import {
  type ChatItem,
  type Llama,
  type LlamaChat,
  type LlamaGrammar,
  type LlamaModel,
  type LlamaSequence,
  loadLlamaLibrary,
  startLlama,
} from './llama-library.ts';
import type { CompleteOptions, Model, ModelRequest, ToolSchema } from './model.ts';
import { observationsAsText, toolsAsText } from './text-protocol.ts';

export interface GgufOptions extends PullOptions {
  /** A path, a name in the models folder, `hf:USER/REPO:QUANT` or an address. */
  readonly model: string;
  /** Tokens; the model's own limit and the memory may make it less. */
  readonly contextTokens?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** Absent: as many as the processor has cores for arithmetic. Fewer are faster when others keep it busy. */
  readonly threads?: number | undefined;
  /** Whose `node_modules` has node-llama-cpp, when it is not installed beside this package. */
  readonly libraryFolder?: string | undefined;
}

const CONTEXT_TOKENS = 32_768;
const MAX_OUTPUT_TOKENS = 4_096;
/** Tokens that an answer needs at least; a prompt that leaves fewer does not fit. */
const LEAST_ANSWER = 256;

/**
 * A model that runs in this process. Its answers are constrained by a grammar to calls of the tools.
 *
 * @throws {UsageError} when the package or the file is missing, or the file is no model
 */
export async function createGgufModel(options: GgufOptions): Promise<Model> {
  const library = await loadLlamaLibrary(options.libraryFolder);
  const path = await findModelFile(library, options.model, options);
  const llama = await startLlama(library);
  options.onProgress?.(`loading ${basename(path)}`);
  let loaded: { model: LlamaModel; sequence: LlamaSequence; contextSize: number };
  try {
    const model = await llama.loadModel({ modelPath: path });
    const max = options.contextTokens ?? CONTEXT_TOKENS;
    const { threads } = options;
    const context = await model.createContext({
      contextSize: { max },
      ...(threads ? { threads } : {}),
    });
    loaded = { model, sequence: context.getSequence(), contextSize: context.contextSize };
  } catch (error) {
    throw new UsageError(`${path} cannot be loaded: ${messageOf(error)}`, { cause: error });
  }
  const chat = new library.LlamaChat({ contextSequence: loaded.sequence });
  const conversation = new GgufConversation({ ...loaded, llama, chat, path, options });
  return {
    name: `gguf:${basename(path)}`,
    hasPrice: true,
    contextTokens: loaded.contextSize,
    leastCost: () => 0,
    complete: (request, completing) => conversation.complete(request, completing),
  };
}

interface Loaded {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly chat: LlamaChat;
  readonly sequence: LlamaSequence;
  readonly contextSize: number;
  readonly path: string;
  readonly options: GgufOptions;
}

class GgufConversation {
  readonly #loaded: Loaded;
  #grammar: { tools: string; made: LlamaGrammar } | undefined;

  constructor(loaded: Loaded) {
    this.#loaded = loaded;
  }

  async complete(request: ModelRequest, { signal }: CompleteOptions): Promise<Turn> {
    signal.throwIfAborted();
    const { chat, model, sequence, contextSize, options, path } = this.#loaded;
    const grammar = await this.#grammarFor(request.tools);
    const history = historyOf(request);
    const state = chat.chatWrapper.generateContextState({
      chatHistory: [...history, { type: 'model', response: [] }],
    });
    const promptTokens = state.contextText.tokenize(model.tokenizer).length;
    const room = contextSize - promptTokens;
    if (room < LEAST_ANSWER) throw tooLong(promptTokens, contextSize);
    const maxTokens = Math.min(options.maxOutputTokens ?? MAX_OUTPUT_TOKENS, room - 1);
    const before = sequence.tokenMeter.getState();
    const { response, metadata } = await chat.generateResponse(history, {
      grammar,
      signal,
      maxTokens,
      temperature: 0,
      repeatPenalty: false,
    });
    const used = sequence.tokenMeter.diff(before);
    const isWhole = metadata.stopReason !== 'maxTokens';
    const said = parseAnswer(grammar, response);
    const n = request.messages.filter(({ role }) => role === 'assistant').length;
    return {
      text: said?.thought ?? response,
      actions: said ? [actionOf(said, request.tools, n)] : [],
      usage: {
        inputTokens: used.usedInputTokens,
        outputTokens: used.usedOutputTokens,
        cacheReadTokens: Math.max(0, promptTokens - used.usedInputTokens),
        cacheWriteTokens: 0,
        costUsd: 0,
      },
      ...stopOf(said !== null, isWhole),
      model: basename(path),
      raw: { gguf: response },
    };
  }

  /** Making one takes a while and the tools of a run do not change. */
  async #grammarFor(tools: readonly ToolSchema[]): Promise<LlamaGrammar> {
    const key = JSON.stringify(tools);
    if (this.#grammar?.tools !== key) {
      const made = await this.#loaded.llama.createGrammarForJsonSchema(callSchema(tools));
      this.#grammar = { tools: key, made };
    }
    return this.#grammar.made;
  }
}

function tooLong(prompt: number, contextSize: number): ModelError {
  return new ModelError(
    'context_window',
    `the conversation has ${prompt} tokens and the model's context ${contextSize}`,
  );
}

interface Answer {
  readonly thought: string;
  readonly action: { readonly tool: string; readonly input: unknown };
}

/** The grammar holds as far as the model got; what it broke off is no call. */
function parseAnswer(grammar: LlamaGrammar, response: string): Answer | null {
  try {
    return grammar.parse(response) as Answer;
  } catch {
    return null;
  }
}

function actionOf({ action }: Answer, tools: readonly ToolSchema[], n: number): Turn['actions'][0] {
  const schema = tools.find(({ name }) => name === action.tool)?.inputSchema ?? {};
  return {
    id: `call_${n + 1}_1`,
    tool: action.tool,
    input: withoutNulls(schema, action.input),
  };
}

function stopOf(hasCall: boolean, isWhole: boolean): Pick<Turn, 'stopReason' | 'stopDetail'> {
  if (hasCall) return { stopReason: 'tool_use' };
  return { stopReason: isWhole ? 'end_turn' : 'max_tokens' };
}

/** @returns the conversation as the model's own template takes it: user and model by turns */
function historyOf({ system, tools, messages }: ModelRequest): ChatItem[] {
  const prompt = renderPrompt('grammar-protocol', { tools: toolsAsText(tools) });
  const history: ChatItem[] = [{ type: 'system', text: `${system}\n\n${prompt}` }];
  const addUser = (text: string) => {
    const last = history.at(-1);
    if (last?.type === 'user')
      history[history.length - 1] = { ...last, text: `${last.text}\n\n${text}` };
    else history.push({ type: 'user', text });
  };
  for (const message of messages) {
    if (message.role === 'user') addUser(message.text);
    else if (message.role === 'observations') addUser(observationsAsText(message.observations));
    else history.push({ type: 'model', response: [saidBefore(message.turn)] });
  }
  return history;
}

function saidBefore({ raw, text, actions }: Turn): string {
  const own = (raw as { gguf?: unknown } | null)?.gguf;
  if (typeof own === 'string') return own;
  const [action] = actions;
  if (action === undefined) return text;
  return JSON.stringify({ thought: text, action: { tool: action.tool, input: action.input } });
}
