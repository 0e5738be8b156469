import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, UsageError } from '../errors.ts';

/** The parts of node-llama-cpp that are used here. The package is optional, so its own types cannot be imported. */
export interface LlamaLibrary {
  getLlama(options: {
    build: 'never';
    gpu: false;
    logLevel: 'error';
    progressLogs: false;
  }): Promise<Llama>;
  readonly LlamaChat: new (options: { contextSequence: LlamaSequence }) => LlamaChat;
  resolveModelFile(uri: string, options: ResolveOptions): Promise<string>;
}

export interface ResolveOptions {
  readonly directory: string;
  readonly download: 'auto' | false;
  readonly cli: false;
  readonly onProgress?: (status: { totalSize: number; downloadedSize: number }) => void;
  readonly tokens?: { huggingFace?: string };
  readonly signal?: AbortSignal;
}

export interface Llama {
  loadModel(options: { modelPath: string }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: unknown): Promise<LlamaGrammar>;
}

export interface LlamaGrammar {
  parse(json: string): unknown;
}

export interface LlamaModel {
  readonly tokenizer: unknown;
  createContext(options: { contextSize: { max: number }; threads?: number }): Promise<LlamaContext>;
}

export interface LlamaContext {
  readonly contextSize: number;
  getSequence(): LlamaSequence;
}

export interface LlamaSequence {
  readonly tokenMeter: {
    getState(): TokenCounts;
    diff(before: TokenCounts): TokenCounts;
  };
}

export interface TokenCounts {
  readonly usedInputTokens: number;
  readonly usedOutputTokens: number;
}

export type ChatItem =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] };

export interface LlamaChat {
  readonly chatWrapper: {
    generateContextState(options: { chatHistory: readonly ChatItem[] }): {
      contextText: { tokenize(tokenizer: unknown): readonly unknown[] };
    };
  };
  generateResponse(
    history: readonly ChatItem[],
    options: {
      grammar: LlamaGrammar;
      signal: AbortSignal;
      maxTokens: number;
      temperature: number;
      repeatPenalty: false;
    },
  ): Promise<{ response: string; metadata: { stopReason: string } }>;
}

const NAME = 'node-llama-cpp';
const VERSION = '3.22.1';

/** Platform packages whose names do not follow the pattern. */
const PLATFORM_PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};

/** The command that installs the package without its 640 MB of graphics card libraries. */
export function installCommand(platform = `${process.platform}-${process.arch}`): string {
  const binary = PLATFORM_PACKAGES[platform] ?? platform;
  return `npm i --omit=optional --ignore-scripts ${NAME}@${VERSION} @${NAME}/${binary}@${VERSION}`;
}

/**
 * Loads the optional package.
 *
 * @param folder whose `node_modules` has it; absent: found as any dependency is
 * @throws {UsageError} with the install command when it is not there
 */
export async function loadLlamaLibrary(folder?: string): Promise<LlamaLibrary> {
  const place =
    folder === undefined
      ? NAME
      : pathToFileURL(join(folder, 'node_modules', NAME, 'dist', 'index.js')).href;
  try {
    return await import(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      `gguf models need the package ${NAME}, which is not installed: ${installCommand()}`,
      { cause: error },
    );
  }
}

/**
 * Starts llama.cpp on the processor. It is never compiled here: that takes ten minutes and a compiler.
 *
 * @throws {UsageError} when there is no binary for this platform
 */
export async function startLlama(library: LlamaLibrary): Promise<Llama> {
  try {
    return await library.getLlama({
      build: 'never',
      gpu: false,
      logLevel: 'error',
      progressLogs: false,
    });
  } catch (error) {
    throw new UsageError(
      `${NAME} has no binary that runs here (${messageOf(error)}): ${installCommand()}`,
      { cause: error },
    );
  }
}
