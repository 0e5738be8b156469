import { messageOf, ToolError } from '../errors.ts';
import type { ExecResult, Workspace } from '../workspace/workspace.ts';

const PROBE_TIMEOUT_MS = 20_000;
const MAX_LISTING = 32 * 1024 * 1024;

/** What detection may ask about a project. Reads are kept, so that asking twice costs nothing. */
export interface Project {
  readonly root: string;
  /** Tracked and new files that git does not ignore, relative to the root. */
  readonly files: readonly string[];
  /** True for one of `files`. */
  has(path: string): boolean;
  /** Text of a file, ignored or not; null when it is not there. */
  read(path: string): Promise<string | null>;
  /** True for any file or folder, ignored ones too. */
  exists(path: string): Promise<boolean>;
  /** Null when the program cannot be started. `cwd` is relative to the root. */
  probe(argv: readonly string[], cwd?: string): Promise<ExecResult | null>;
}

/** Why a program that was probed cannot be used: not there, or what it said itself. */
export function whyUnusable(program: string, result: ExecResult | null): string {
  const told = result?.output.trim().split('\n').at(-1)?.slice(0, 200);
  return told ? `${program} does not work here (${told})` : `${program} is not installed here`;
}

/** Lists the project's files and gives access to them. */
export async function openProject(workspace: Workspace, signal?: AbortSignal): Promise<Project> {
  const probe = async (argv: readonly string[], cwd?: string): Promise<ExecResult | null> => {
    try {
      return await workspace.exec(argv, {
        timeoutMs: PROBE_TIMEOUT_MS,
        maxBytes: MAX_LISTING,
        ...(cwd === undefined ? {} : { cwd }),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (error instanceof ToolError) return null;
      throw error;
    }
  };
  const files = await listFiles(probe);
  return makeProject(workspace, files, probe);
}

function makeProject(
  workspace: Workspace,
  files: readonly string[],
  probe: Project['probe'],
): Project {
  const set = new Set(files);
  const texts = new Map<string, Promise<string | null>>();
  return {
    root: workspace.root,
    files,
    has: (path) => set.has(path),
    read(path) {
      const known = texts.get(path);
      if (known) return known;
      const text = readText(workspace, path);
      texts.set(path, text);
      return text;
    },
    exists: async (path) => (await statOf(workspace, path)) !== null,
    probe,
  };
}

async function listFiles(probe: Project['probe']): Promise<string[]> {
  const git = await probe(['git', 'ls-files', '-z', '-co', '--exclude-standard']);
  if (git?.exitCode === 0) return git.stdout.split('\0').filter((path) => path !== '');
  const found = await probe(
    'find . -name .git -prune -o -name node_modules -prune -o -type f -print0'.split(' '),
  );
  const listing = found?.exitCode === 0 ? found.stdout.split('\0') : [];
  return listing.filter((path) => path !== '').map((path) => path.replace(/^\.\//, ''));
}

async function readText(workspace: Workspace, path: string): Promise<string | null> {
  if ((await statOf(workspace, path))?.kind !== 'file') return null;
  return (await workspace.readFile(path)).toString('utf8');
}

/** A link that leads out of the workspace, such as the interpreter of a virtual environment, counts as there. */
async function statOf(workspace: Workspace, path: string) {
  try {
    return await workspace.stat(path);
  } catch (error) {
    if (error instanceof ToolError) return { kind: 'other' as const, size: 0, mode: 0 };
    throw new Error(`stat of ${path}: ${messageOf(error)}`, { cause: error });
  }
}
