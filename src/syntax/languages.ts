import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname } from 'node:path';

/** Languages with a grammar. */
export type LanguageId =
  | 'python'
  | 'javascript'
  | 'typescript'
  | 'tsx'
  | 'go'
  | 'rust'
  | 'java'
  | 'ruby'
  | 'php'
  | 'c'
  | 'cpp'
  | 'c-sharp'
  | 'css'
  | 'bash';

const BY_EXTENSION: Readonly<Record<string, LanguageId>> = {
  '.py': 'python',
  '.pyi': 'python',
  '.pyw': 'python',
  '.js': 'javascript',
  '.jsx': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.tsx': 'tsx',
  '.go': 'go',
  '.rs': 'rust',
  '.java': 'java',
  '.rb': 'ruby',
  '.rake': 'ruby',
  '.gemspec': 'ruby',
  '.php': 'php',
  '.c': 'c',
  '.h': 'c',
  '.cc': 'cpp',
  '.cpp': 'cpp',
  '.cxx': 'cpp',
  '.c++': 'cpp',
  '.hh': 'cpp',
  '.hpp': 'cpp',
  '.hxx': 'cpp',
  '.ipp': 'cpp',
  '.cs': 'c-sharp',
  '.css': 'css',
  '.sh': 'bash',
  '.bash': 'bash',
};

const BY_NAME: Readonly<Record<string, LanguageId>> = {
  Rakefile: 'ruby',
  Gemfile: 'ruby',
};

/** @returns the language of a file by its name, null for one without a grammar */
export function languageOf(path: string): LanguageId | null {
  return BY_NAME[basename(path)] ?? BY_EXTENSION[extname(path).toLowerCase()] ?? null;
}

/** @returns the compiled grammar: the ones Visual Studio Code ships, and the C grammar's own */
export function grammarBytes(language: LanguageId): Uint8Array {
  const require = createRequire(import.meta.url);
  const file =
    language === 'c'
      ? 'tree-sitter-c/tree-sitter-c.wasm'
      : `@vscode/tree-sitter-wasm/wasm/tree-sitter-${language}.wasm`;
  return readFileSync(require.resolve(file));
}
