import { languageOf } from '../syntax/languages.ts';
import type { Workspace } from '../workspace/workspace.ts';
import {
  findingsAdded,
  NOTHING,
  prepare,
  type SemanticEdit,
  type SemanticFindings,
} from './compare-findings.ts';
import type { SemanticChecker } from './semantic-checker.ts';
import { type Told, tellChecker } from './told.ts';

/** How long an edit waits for a checker. */
const ANSWER_MS = 30_000;
/** A checker that did not answer in time so often is not asked again. */
const MAX_FAILURES = 3;
const IDLE_MS = 5 * 60_000;
const MAX_CHARS = 1_000_000;

interface Service {
  readonly checker: Promise<SemanticChecker>;
  readonly told: Promise<Told>;
  failures: number;
  /** A viewed file that is being checked ahead of its first edit. */
  ahead: Promise<void> | undefined;
  viewed: string | undefined;
  idle: NodeJS.Timeout | undefined;
}

type ServiceName = 'pyright' | 'typescript';

const services = new WeakMap<Workspace, Map<ServiceName, Service>>();

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
  const timer = setTimeout(() => timeout.abort(), ANSWER_MS);
  const either = AbortSignal.any([signal, timeout.signal]);
  try {
    const told = await abortable(service.told, either);
    await abortable(service.ahead ?? Promise.resolve(), either);
    const found = await abortable(findingsAdded(workspace, told, edit, either), either);
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

/**
 * Starts the checker of a file in the background and has it read what the file needs, so that its first edit does not
 * wait for that. Does nothing while another file is being read.
 */
export function warmUp(workspace: Workspace, path: string, text: string): void {
  const name = serviceFor(path);
  if (!name || text.length > MAX_CHARS) return;
  const service = serviceOf(workspace, name);
  closeWhenIdle(workspace, name, service);
  if (service.ahead || service.failures >= MAX_FAILURES) return;
  service.ahead = checkAhead(service, path, text)
    .catch(() => undefined)
    .finally(() => {
      service.ahead = undefined;
    });
}

async function checkAhead(service: Service, path: string, text: string): Promise<void> {
  const told = await service.told;
  // A file that stays open is checked again after every edit of another.
  if (service.viewed !== undefined && service.viewed !== path) await told.hide(service.viewed);
  service.viewed = path;
  await prepare(told, path, text, AbortSignal.timeout(ANSWER_MS));
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
  const told = checker.then((started) => tellChecker(started, workspace));
  told.catch(() => undefined);
  const service: Service = {
    checker,
    told,
    failures: 0,
    ahead: undefined,
    viewed: undefined,
    idle: undefined,
  };
  checker.then(
    (started) => {
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

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
