import { languageOf } from '../syntax/languages.ts';
import { type DecodedText, decodeText } from '../text/encoding.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { isTestPath } from './localise/test-paths.ts';
import { parseSource, type SourceFile } from './tree.ts';

const LANGUAGES = new Set(['python', 'javascript', 'typescript', 'tsx', 'go', 'java']);

/** The files of the repository that may be edited, read and parsed once. */
export class Sources {
  private readonly workspace: Workspace;
  private readonly testFiles: ReadonlySet<string>;
  private readonly files = new Map<string, { decoded: DecodedText; source: SourceFile } | null>();

  /** @param testFiles never edited, whatever their name */
  constructor(workspace: Workspace, testFiles: Iterable<string>) {
    this.workspace = workspace;
    this.testFiles = new Set(testFiles);
  }

  /** @returns whether a file is product code in a language with operators */
  mayEdit(path: string): boolean {
    const language = languageOf(path);
    if (language === null || !LANGUAGES.has(language)) return false;
    if (this.testFiles.has(path) || isTestPath(path)) return false;
    return !/(?:^|\/)(?:node_modules|\.venv|venv|dist|build|vendor)\//.test(path);
  }

  /** Reads and parses a file; null when it cannot be edited as text. */
  async load(path: string): Promise<SourceFile | null> {
    const known = this.files.get(path);
    if (known !== undefined) return known?.source ?? null;
    const made = await this.read(path);
    this.files.set(path, made);
    return made?.source ?? null;
  }

  /** A file loaded before. */
  get(path: string): SourceFile | undefined {
    return this.files.get(path)?.source;
  }

  decoded(path: string): DecodedText | undefined {
    return this.files.get(path)?.decoded;
  }

  private async read(path: string) {
    const language = languageOf(path);
    if (!language) return null;
    const stat = await this.workspace.stat(path).catch(() => null);
    if (stat?.kind !== 'file') return null;
    const decoded = decodeText(await this.workspace.readFile(path));
    if (!decoded) return null;
    const source = await parseSource(path, language, decoded.text);
    return source && { decoded, source };
  }
}
