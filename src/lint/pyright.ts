import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node.js';
import { startServer } from '../workspace/process.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type PythonEnvironment, pythonEnvironment } from './python-environment.ts';
import type { Finding, FindingKind, SemanticChecker } from './semantic-checker.ts';

const MEMORY_MB = 3_072;
/** `FileChangeType` of the Language Server Protocol 3.17. */
const CHANGE_TYPES = { made: 1, changed: 2, removed: 3 };

/** Costly comparisons of classes with their bases, whose findings are not used. */
const UNUSED_RULES = {
  reportIncompatibleMethodOverride: 'none',
  reportIncompatibleVariableOverride: 'none',
  reportOverlappingOverload: 'none',
};

interface LspDiagnostic {
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
  readonly severity?: number;
  readonly code?: string | { readonly value: string };
  readonly message: string;
}

/**
 * Starts pyright's language server over the workspace's files. It runs on the host and only reads: the interpreter it
 * asks for search paths is a script of ours that repeats what the workspace's own Python said inside the sandbox.
 */
export async function startPyright(workspace: Workspace): Promise<SemanticChecker> {
  const environment = await pythonEnvironment(workspace);
  // Beside the run's scratch folder: it goes with the run, and commands in a sandbox do not see it.
  const folder = mkdtempSync(`${workspace.hostScratch}-pyright-`);
  const interpreter = environment ? writeInterpreter(folder, environment) : undefined;
  const server = createRequire(import.meta.url).resolve('pyright/langserver.index.js');
  const child = startServer(
    [process.execPath, `--max-old-space-size=${MEMORY_MB}`, server, '--stdio'],
    { cwd: folder, env: { PATH: folder } },
  );
  const reader = new StreamMessageReader(child.stdout);
  // Its timer would go on for ever after a server that was killed in the middle of a message.
  reader.partialMessageTimeout = 0;
  const connection = createMessageConnection(reader, new StreamMessageWriter(child.stdin));
  const close = () => {
    connection.dispose();
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  child.ended.addEventListener('abort', close, { once: true });
  try {
    await initialise(connection, workspace, interpreter);
  } catch (error) {
    close();
    throw error;
  }
  return checker(connection, { workspace, ended: child.ended, close });
}

/** Answers pyright's two questions: the version, and the search paths. Anything else gets the search paths too. */
function writeInterpreter(folder: string, environment: PythonEnvironment): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const paths = { path: environment.paths, prefix: environment.prefix };
  const path = join(folder, 'python');
  writeFileSync(
    path,
    `#!/bin/sh\ncase "$*" in\n*version_info*) printf '%s' ${quote(JSON.stringify(environment.version))} ;;\n*) printf '%s' ${quote(JSON.stringify(paths))} ;;\nesac\n`,
  );
  chmodSync(path, 0o700);
  return path;
}

async function initialise(
  connection: MessageConnection,
  workspace: Workspace,
  interpreter: string | undefined,
): Promise<void> {
  const settings = {
    ...(interpreter ? { pythonPath: interpreter } : {}),
    analysis: {
      diagnosticMode: 'openFilesOnly',
      autoSearchPaths: true,
      useLibraryCodeForTypes: true,
      diagnosticSeverityOverrides: UNUSED_RULES,
    },
  };
  connection.onRequest('workspace/configuration', (params: { items: { section?: string }[] }) =>
    params.items.map(({ section }) => (section === 'python' ? settings : {})),
  );
  connection.onRequest(() => null);
  connection.onNotification(() => undefined);
  connection.onError(() => undefined);
  connection.listen();
  const root = pathToFileURL(workspace.hostRoot).href;
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: root,
    workspaceFolders: [{ uri: root, name: 'repository' }],
    capabilities: {
      textDocument: { diagnostic: {} },
      workspace: {
        configuration: true,
        workspaceFolders: true,
        didChangeWatchedFiles: { dynamicRegistration: true },
      },
    },
  });
  await connection.sendNotification('initialized', {});
}

function checker(
  connection: MessageConnection,
  server: { workspace: Workspace; ended: AbortSignal; close: () => void },
): SemanticChecker {
  const { workspace, ended, close } = server;
  const versions = new Map<string, number>();
  const uriOf = (path: string) => pathToFileURL(join(workspace.hostRoot, path)).href;
  const tell = (changes: { uri: string; type: number }[]) =>
    connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
  return {
    ended,
    close,
    async show(path, text) {
      const uri = uriOf(path);
      let version = versions.get(uri) ?? 0;
      if (version === 0) {
        version = 1;
        const textDocument = { uri, languageId: 'python', version, text };
        await connection.sendNotification('textDocument/didOpen', { textDocument });
      }
      // Also after opening: only a change makes pyright look again at files that import this one.
      version++;
      versions.set(uri, version);
      const change = { textDocument: { uri, version }, contentChanges: [{ text }] };
      await connection.sendNotification('textDocument/didChange', change);
    },
    async showAside(path, text) {
      // Pyright throws away all types that it has found when a file changes or is closed, not when one is opened.
      const textDocument = { uri: uriOf(path), languageId: 'python', version: 1, text };
      versions.set(textDocument.uri, 1);
      await connection.sendNotification('textDocument/didOpen', { textDocument });
    },
    async hide(path) {
      const uri = uriOf(path);
      versions.delete(uri);
      await connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    },
    async findings(path, signal) {
      const cancel = new CancellationTokenSource();
      const onAbort = () => cancel.cancel();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        const answer = await connection.sendRequest<{ items: LspDiagnostic[] }>(
          'textDocument/diagnostic',
          { textDocument: { uri: uriOf(path) } },
          cancel.token,
        );
        return answer.items.flatMap(findingOf);
      } finally {
        signal.removeEventListener('abort', onAbort);
        cancel.dispose();
      }
    },
    globs: ['*.py', '*.pyi'],
    async changed(changes) {
      await tell(changes.map(({ path, kind }) => ({ uri: uriOf(path), type: CHANGE_TYPES[kind] })));
    },
    async refresh(path) {
      // Only a file that is made has pyright look for unresolved imports anew.
      await tell([{ uri: uriOf(path), type: CHANGE_TYPES.made }]);
    },
  };
}

function findingOf(diagnostic: LspDiagnostic): Finding[] {
  const { code, message, severity, range } = diagnostic;
  const rule = typeof code === 'object' ? code.value : code;
  const kind = kindOf(rule, message, severity);
  if (!kind) return [];
  const subject = /"([^"]+)"/.exec(message)?.[1];
  return [
    {
      line: range.start.line + 1,
      column: range.start.character + 1,
      message: message.split('\n', 1)[0] ?? message,
      severity: 'error',
      source: 'pyright',
      kind,
      ...(subject === undefined ? {} : { subject }),
    },
  ];
}

function kindOf(rule: string | undefined, message: string, severity?: number): FindingKind | null {
  if (severity !== 1) return null;
  switch (rule) {
    case undefined:
      return 'syntax';
    case 'reportUndefinedVariable':
      return 'name';
    case 'reportMissingImports':
      return 'import';
    case 'reportAttributeAccessIssue':
      return /is unknown import symbol/.test(message) ? 'import' : 'attribute';
    case 'reportCallIssue':
      return 'call';
    default:
      return null;
  }
}
