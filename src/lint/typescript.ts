import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startServer } from '../workspace/process.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Finding, FindingKind, SemanticChecker } from './semantic-checker.ts';
import { type TsserverConnection, tsserverConnection } from './tsserver-connection.ts';

const MEMORY_MB = 3_072;
/** When more files than this are gone, everything is read anew. */
const MAX_REMOVED = 20;
/** Makes the language service check a JavaScript file that its project does not ask to check. */
const CHECK_JS = '// @ts-check\n';

interface TsDiagnostic {
  readonly start?: { readonly line: number; readonly offset: number };
  readonly text: string;
  readonly code: number;
  readonly category: string;
}

/** Error numbers of TypeScript's `diagnosticMessages.json`. */
const KINDS: Readonly<Record<number, FindingKind>> = {
  // Cannot find name; the same with a proposal; no value exists for a shorthand property.
  2304: 'name',
  2552: 'name',
  18004: 'name',
  // Cannot find module; module has no such member, the same with proposals.
  2307: 'import',
  2305: 'import',
  2614: 'import',
  2724: 'import',
  // Property does not exist, the same with a proposal, unknown property in an object literal.
  2339: 'attribute',
  2551: 'attribute',
  2353: 'attribute',
  2561: 'attribute',
  // Wrong number of arguments.
  2554: 'call',
  2555: 'call',
};

/**
 * Starts TypeScript's language service over the workspace's files, with the repository's own tsconfig and installed
 * types. It runs on the host and only reads: no plugins of the repository, no download of types.
 */
export async function startTypeScript(workspace: Workspace): Promise<SemanticChecker> {
  const library = createRequire(import.meta.url).resolve('typescript5');
  const program = join(dirname(library), 'tsserver.js');
  const child = startServer(
    [
      process.execPath,
      `--max-old-space-size=${MEMORY_MB}`,
      program,
      '--disableAutomaticTypingAcquisition',
      '--suppressDiagnosticEvents',
      '--noGetErrOnBackgroundUpdate',
    ],
    { cwd: dirname(program), env: {} },
  );
  const connection = tsserverConnection(child);
  await connection.request('compilerOptionsForInferredProjects', {
    options: {
      allowJs: true,
      checkJs: true,
      allowSyntheticDefaultImports: true,
      esModuleInterop: true,
      resolveJsonModule: true,
      jsx: 'preserve',
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'esnext',
      strict: false,
    },
  });
  return checker(connection, { workspace, ended: child.ended, close: child.kill });
}

function checker(
  connection: TsserverConnection,
  server: { workspace: Workspace; ended: AbortSignal; close: () => void },
): SemanticChecker {
  const { workspace, ended, close } = server;
  const open = new Map<string, string>();
  const fileOf = (path: string) => join(workspace.hostRoot, path);
  /** When a file is closed, the language service looks whether it is there. */
  const forget = async (file: string) => {
    open.delete(file);
    await connection.request('updateOpen', { openFiles: [{ file, fileContent: '' }] });
    await connection.request('updateOpen', { closedFiles: [file] });
  };
  const show = async (path: string, text: string) => {
    const file = fileOf(path);
    const content = isJavaScript(path) ? CHECK_JS + text : text;
    await connection.request('updateOpen', update(file, open.get(file), content, workspace));
    open.set(file, content);
  };
  return {
    ended,
    close,
    show,
    showAside: show,
    async hide(path) {
      const file = fileOf(path);
      open.delete(file);
      await connection.request('updateOpen', { closedFiles: [file] });
    },
    async findings(path, signal) {
      const file = fileOf(path);
      const javascript = isJavaScript(path);
      const syntax = await connection.request('syntacticDiagnosticsSync', { file }, signal);
      const semantics = await connection.request('semanticDiagnosticsSync', { file }, signal);
      const raw = [
        ...asDiagnostics(syntax).map((diagnostic) => ({ diagnostic, syntax: true })),
        ...asDiagnostics(semantics).map((diagnostic) => ({ diagnostic, syntax: false })),
      ];
      return raw.flatMap((item) => findingOf(item.diagnostic, item.syntax, javascript));
    },
    globs: ['*.ts', '*.tsx', '*.mts', '*.cts', '*.js', '*.jsx', '*.mjs', '*.cjs', '*.json'],
    // The language service watches the files itself, but takes its time over those that are gone.
    async changed(changes) {
      const removed = changes.flatMap(({ path, kind }) => (kind === 'removed' ? [path] : []));
      if (removed.length > MAX_REMOVED) connection.notify('reloadProjects', {});
      else for (const path of removed) await forget(fileOf(path));
    },
    async refresh() {
      connection.notify('reloadProjects', {});
    },
  };
}

function isJavaScript(path: string): boolean {
  return /\.[cm]?jsx?$/i.test(path);
}

function update(file: string, known: string | undefined, text: string, workspace: Workspace) {
  if (known === undefined) {
    return { openFiles: [{ file, fileContent: text, projectRootPath: workspace.hostRoot }] };
  }
  const lines = known.split(/\r\n|\r|\n/);
  const end = { line: lines.length, offset: (lines.at(-1)?.length ?? 0) + 1 };
  const whole = { start: { line: 1, offset: 1 }, end, newText: text };
  return { changedFiles: [{ fileName: file, textChanges: [whole] }] };
}

function asDiagnostics(body: unknown): TsDiagnostic[] {
  return Array.isArray(body) ? (body as TsDiagnostic[]) : [];
}

function findingOf(diagnostic: TsDiagnostic, syntax: boolean, javascript: boolean): Finding[] {
  const { start, text, code, category } = diagnostic;
  // 8000-8999: TypeScript syntax in a JavaScript file, which Flow shares; the grammar decides there.
  if (category !== 'error' || !start || (code >= 8000 && code < 9000)) return [];
  const kind = syntax ? (javascript ? null : 'syntax') : KINDS[code];
  if (!kind || (javascript && isDynamic(code, text))) return [];
  const subject = /['"]+([^'"]+)['"]+/.exec(text)?.[1];
  return [
    {
      line: Math.max(1, start.line - (javascript ? 1 : 0)),
      column: start.offset,
      message: text,
      severity: 'error',
      source: 'typescript',
      kind,
      ...(subject === undefined ? {} : { subject }),
    },
  ];
}

/** JavaScript adds properties to objects and functions at run time; inference does not see it. */
function isDynamic(code: number, text: string): boolean {
  if (code === 2305 || code === 2614) return true;
  return (
    (code === 2339 || code === 2551) &&
    /on type '(\{|typeof |object|Object|Function|void|never|unknown|\(|Window|Element|HTMLElement|EventTarget|Error)/.test(
      text,
    )
  );
}
