import { languageOf } from '../syntax/languages.ts';
import { decodeText } from '../text/encoding.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type Diagnostic, diagnosticsAdded, type LineChange } from './diagnostic.ts';
import { plausible } from './plausible.ts';
import type { Finding, SemanticChecker } from './semantic-checker.ts';

/** How long an edit waits for a checker that has to start first, and for one that runs. */
const COLD_MS = 30_000;
const WARM_MS = 15_000;
/** A checker that did not answer in time so often is not asked again. */
const MAX_FAILURES = 3;
const IDLE_MS = 5 * 60_000;
const MAX_CHARS = 1_000_000;

export interface SemanticEdit {
  readonly path: string;
  /** Null for a file that is made. */
  readonly before: string | null;
  readonly after: string;
  readonly lines: readonly LineChange[];
}

export interface SemanticFindings {
  /** Undefined names and imports that do not exist: the edit must not be made. */
  readonly errors: readonly Diagnostic[];
  /** Attributes and calls that seem wrong. */
  readonly remarks: readonly Diagnostic[];
}

interface Service {
  readonly checker: Promise<SemanticChecker>;
  started: boolean;
  failures: number;
  /** Texts the checker was shown, by path, with what it found in them. */
  readonly shown: Map<string, { text: string; findings: Finding[] | null }>;
  idle: NodeJS.Timeout | undefined;
}

type ServiceName = 'pyright' | 'typescript';

const services = new WeakMap<Workspace, Map<ServiceName, Service>>();
const NOTHING: SemanticFindings = { errors: [], remarks: [] };

/**
 * What an edit adds by the language's own checker (pyright, the TypeScript language service). A language without one,
 * or a checker that fails or takes too long, finds nothing: then the edit counts without it.
 */
export async function semanticFindingsAdded(
  workspace: Workspace,
  edit: SemanticEdit,
  signal: AbortSignal,
): Promise<SemanticFindings> {
  const name = serviceFor(edit.path);
  if (!name || edit.after.length > MAX_CHARS) return NOTHING;
  const service = serviceOf(workspace, name);
  if (service.failures >= MAX_FAILURES) return NOTHING;
  const timeout = new AbortController();
  // This timer also keeps the process alive while it waits for the checker, which does not.
  const timer = setTimeout(() => timeout.abort(), service.started ? WARM_MS : COLD_MS);
  const either = AbortSignal.any([signal, timeout.signal]);
  try {
    const checker = await abortable(service.checker, either);
    service.started = true;
    const found = await abortable(compare(workspace, { checker, service, edit }, either), either);
    service.failures = 0;
    return found;
  } catch {
    signal.throwIfAborted();
    service.failures++;
    return NOTHING;
  } finally {
    clearTimeout(timer);
    closeWhenIdle(workspace, name, service);
  }
}

/** Starts the checker of a file in the background, so that its first edit does not wait for it. */
export function warmUp(workspace: Workspace, path: string): void {
  const name = serviceFor(path);
  if (!name) return;
  const service = serviceOf(workspace, name);
  closeWhenIdle(workspace, name, service);
}

/** Ends the checkers of a workspace. */
export async function closeCheckers(workspace: Workspace): Promise<void> {
  const running = services.get(workspace);
  services.delete(workspace);
  for (const service of running?.values() ?? []) {
    clearTimeout(service.idle);
    // One that is still starting is closed as soon as it has; nothing waits for that.
    service.checker.then(
      (checker) => checker?.close(),
      () => undefined,
    );
  }
}

function serviceFor(path: string): ServiceName | null {
  switch (languageOf(path)) {
    case 'python':
      return 'pyright';
    case 'javascript':
    case 'typescript':
    case 'tsx':
      return 'typescript';
    default:
      return null;
  }
}

function serviceOf(workspace: Workspace, name: ServiceName): Service {
  const running = services.get(workspace) ?? new Map<ServiceName, Service>();
  services.set(workspace, running);
  const known = running.get(name);
  if (known) return known;
  const checker = start(workspace, name);
  const service: Service = {
    checker,
    started: false,
    failures: 0,
    shown: new Map(),
    idle: undefined,
  };
  checker.then(
    (started) => {
      service.started = true;
      started.ended.addEventListener('abort', () => running.delete(name), { once: true });
    },
    () => {
      service.failures = MAX_FAILURES;
    },
  );
  running.set(name, service);
  return service;
}

async function start(workspace: Workspace, name: ServiceName): Promise<SemanticChecker> {
  if (name === 'pyright') return (await import('./pyright.ts')).startPyright(workspace);
  return (await import('./typescript.ts')).startTypeScript(workspace);
}

function closeWhenIdle(workspace: Workspace, name: ServiceName, service: Service): void {
  clearTimeout(service.idle);
  service.idle = setTimeout(() => {
    services.get(workspace)?.delete(name);
    service.checker.then((checker) => checker.close()).catch(() => undefined);
  }, IDLE_MS);
  service.idle.unref();
}

interface Comparison {
  readonly checker: SemanticChecker;
  readonly service: Service;
  readonly edit: SemanticEdit;
}

async function compare(
  workspace: Workspace,
  comparison: Comparison,
  signal: AbortSignal,
): Promise<SemanticFindings> {
  const { checker, service, edit } = comparison;
  await showOthersAsTheyAre(workspace, comparison);
  const before = edit.before === null ? [] : await check(comparison, edit.before, signal);
  let added = addedBy(edit, before, await check(comparison, edit.after, signal));
  if (added.some(isRefusable)) {
    // A command may have made the module or the name since: ask again before the edit is refused.
    await checker.refresh();
    service.shown.delete(edit.path);
    added = addedBy(edit, before, await check(comparison, edit.after, signal));
  }
  const resolves = async (module: string) => {
    const found = await check(comparison, `import ${module}\n`, signal);
    return !found.some((finding) => finding.kind === 'import');
  };
  const errors = await plausible(
    { workspace, path: edit.path, after: edit.after, resolves },
    added.filter(isRefusable),
  );
  if (errors.length > 0) {
    service.shown.delete(edit.path);
    if (edit.before === null) await checker.hide(edit.path);
    else await checker.show(edit.path, edit.before);
  }
  const remarks = added.filter((finding) => !isRefusable(finding));
  return { errors, remarks: remarks.map((finding) => ({ ...finding, severity: 'remark' })) };
}

/** Files the checker was shown earlier may have been changed since, by a command or an undo. */
async function showOthersAsTheyAre(
  workspace: Workspace,
  { checker, service, edit }: Comparison,
): Promise<void> {
  for (const [path, { text }] of service.shown) {
    if (path === edit.path) continue;
    const bytes = await workspace.readFile(path).catch(() => null);
    const now = bytes && decodeText(bytes);
    if (now?.text === text) continue;
    service.shown.delete(path);
    if (!now) await checker.hide(path);
    else {
      await checker.show(path, now.text);
      service.shown.set(path, { text: now.text, findings: null });
    }
  }
  // What another file says may have changed what is found in this one.
  const own = service.shown.get(edit.path);
  if (own && service.shown.size > 1) own.findings = null;
}

async function check(
  { checker, service, edit }: Comparison,
  text: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const known = service.shown.get(edit.path);
  if (known?.text === text && known.findings) return known.findings;
  await checker.show(edit.path, text);
  const findings = await checker.findings(edit.path, signal);
  service.shown.set(edit.path, { text, findings });
  return findings;
}

function addedBy(
  edit: SemanticEdit,
  before: readonly Finding[],
  after: readonly Finding[],
): Finding[] {
  // A name that was unknown to the checker before the edit is known to the project in a way it does not see.
  const unknown = new Set(before.map((finding) => `${finding.kind}\0${finding.subject}`));
  // A file in an older version of the language is full of syntax errors to the checker; the grammar judges it.
  const foreign = before.some((finding) => finding.kind === 'syntax');
  return (diagnosticsAdded(before, after, edit.lines) as Finding[]).filter(
    ({ kind, subject }) =>
      (kind !== 'syntax' || !foreign) &&
      (subject === undefined || !unknown.has(`${kind}\0${subject}`)),
  );
}

function isRefusable(finding: Finding): boolean {
  return finding.kind === 'syntax' || finding.kind === 'name' || finding.kind === 'import';
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
