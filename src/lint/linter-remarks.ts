import type { Workspace } from '../workspace/workspace.ts';
import { type Diagnostic, diagnosticsAdded } from './diagnostic.ts';
import { type InstalledLinter, installedLinters } from './project-linters.ts';
import type { EditedText } from './syntax.ts';

/** A linter that needs longer is not asked again: an edit must not wait for it. */
const TIMEOUT_MS = 10_000;
const MAX_CHARS = 500_000;

interface State {
  readonly installed: Promise<InstalledLinter[]>;
  readonly dropped: Set<string>;
  /** Findings in the text a linter saw last, by linter and path; the next edit starts from it. */
  readonly seen: Map<string, { text: string; findings: readonly Diagnostic[] | null }>;
}

const states = new WeakMap<Workspace, State>();

/**
 * What the project's own linters and formatters say of an edit and did not say before: remarks. They run inside the
 * workspace, on standard input, so nothing has to be written for them.
 */
export async function linterRemarksAdded(
  workspace: Workspace,
  edit: EditedText,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  if (edit.after.length > MAX_CHARS) return [];
  const known = states.get(workspace);
  const state = known ?? {
    installed: installedLinters(workspace),
    dropped: new Set(),
    seen: new Map(),
  };
  states.set(workspace, state);
  const chosen = (await state.installed).filter(
    ({ linter }) => linter.files.test(edit.path) && !state.dropped.has(linter.name),
  );
  const remarks = await Promise.all(
    chosen.map(async (installed) => {
      const run = (text: string) => check({ workspace, state, installed, signal }, edit.path, text);
      const [before, after] = await Promise.all([
        edit.before === null ? [] : run(edit.before),
        run(edit.after),
      ]);
      // Without its word on the text before, nothing can be said to be new.
      return before && after ? diagnosticsAdded(before, after, edit.lines) : [];
    }),
  );
  return remarks.flat();
}

interface Check {
  readonly workspace: Workspace;
  readonly state: State;
  readonly installed: InstalledLinter;
  readonly signal: AbortSignal;
}

async function check(
  { workspace, state, installed, signal }: Check,
  path: string,
  text: string,
): Promise<readonly Diagnostic[] | null> {
  const { linter, program } = installed;
  const key = `${linter.name}\0${path}`;
  const seen = state.seen.get(key);
  if (seen?.text === text) return seen.findings;
  const result = await workspace
    .exec([program, ...linter.arguments(path)], { timeoutMs: TIMEOUT_MS, stdin: text, signal })
    .catch(() => null);
  signal.throwIfAborted();
  if (!result || result.timedOut) {
    state.dropped.add(linter.name);
    return null;
  }
  const findings = linter.read(result, text);
  state.seen.set(key, { text, findings });
  return findings;
}
