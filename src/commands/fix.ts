import { readConfig } from '../config.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { firstLine } from '../report/plain.ts';
import { run } from '../run.ts';
import { readIssue } from '../task/issue.ts';
import type { Outcome } from '../trajectory/event.ts';
import type { Checkout } from '../workspace/checkout.ts';
import { openCheckout } from '../workspace/open-checkout.ts';
import { checkBranchName } from '../workspace/repository.ts';
import { type AgentPlaceOptions, chooseAgentPlace } from './agent-place.ts';
import { Alternatives } from './alternatives.ts';
import { conclude } from './conclusion.ts';
import { deliver } from './delivery.ts';
import type { Host } from './host.ts';
import { createModel } from './model.ts';
import { resolveLimits } from './options.ts';
import { openReport } from './report.ts';
import { newRunId, openRunFolder, type RunFolder, runFolderPath } from './run-folder.ts';
import { checkTestCommand } from './test-command.ts';
import { chooseTools } from './tools.ts';
import { versions } from './versions.ts';

export interface FixOptions extends AgentPlaceOptions {
  readonly repo: string;
  readonly issue: string;
  readonly base?: string;
  readonly test?: string;
  readonly model?: string;
  readonly maxCost?: number;
  readonly maxSteps?: number;
  readonly maxTime?: number;
  readonly minConfidence?: number;
  readonly out?: string;
  readonly record?: string;
  readonly config?: string;
  readonly tools?: string;
  readonly json?: boolean;
  readonly apply?: boolean;
  readonly branch?: string;
}

/**
 * `patchwright fix`: one issue, one run, one patch.
 *
 * @returns the exit code
 * @throws {UsageError} for bad input; nothing has been written then
 */
export async function fix(options: FixOptions, host: Host): Promise<number> {
  const config = await readConfig({ file: options.config, env: host.env, home: host.home });
  const test = options.test ?? config.test;
  const preparing = new AbortController();
  const signal = AbortSignal.any([host.signal, preparing.signal]);
  const notes: string[] = [];
  let keep = false;
  if (isUrl(options.repo) && (options.apply || options.branch !== undefined)) {
    throw new UsageError('--apply and --branch need a local repository in --repo, not an address');
  }
  const sandboxWanted = options.sandbox ?? config.sandbox ?? 'auto';
  const runId = newRunId();
  const onNote = (text: string) => void notes.push(text);
  const checkingOut = (async () => {
    const { place, warning } = await chooseAgentPlace(
      { ...options, sandbox: sandboxWanted },
      { run: runId, host, signal, log: onNote },
    );
    if (warning) onNote(`WARNING: ${warning}`);
    return openCheckout({
      source: options.repo,
      cwd: host.cwd,
      base: options.base,
      sandbox: place,
      signal,
      onNote,
    });
  })();
  try {
    const [issue, { model, why }] = await Promise.all([
      readIssue(options.issue, { stdin: host.stdin, env: host.env, signal }),
      createModel({ name: options.model, record: options.record, repair: options }, config, host),
      options.branch === undefined ? undefined : checkBranchName(options.repo, options.branch),
      checkingOut,
    ]);
    const limits = resolveLimits(options, config, model);
    const tools = chooseTools(options.tools, model.name);
    const checkout = await checkingOut;
    if (test !== undefined) await checkTestCommand(checkout, test, signal);
    const folder = await openRunFolder(runFolderPath(options.out, runId, host), runId);
    const report = await openReport({ json: options.json ?? false, host });
    report.begin({ runId, checkout, issue: issue.statement, model: model.name, why, notes });
    const alternatives = new Alternatives();
    const outcome = await run({
      runId,
      task: { id: issue.id, statement: issue.statement, testCommand: test },
      checkout,
      model,
      tools,
      limits,
      signal: host.signal,
      subscribers: [folder.writer.write, alternatives.see, ...report.subscribers],
      recorder: folder.writer,
      versions: versions(),
      config: { ...config, ...options, sandbox: sandboxWanted },
    }).catch(async (error: unknown) => {
      await folder.discard();
      throw error;
    });
    keep = outcome.keptWorkspace !== undefined;
    const title = firstLine(issue.statement);
    return await finish({ options, title, host, outcome, folder, checkout, alternatives });
  } finally {
    preparing.abort(new Error('the command ended'));
    const checkout = await checkingOut.catch(() => null);
    await (keep ? checkout?.keep() : checkout?.close());
  }
}

interface Finish {
  readonly options: FixOptions;
  /** First line of the issue. */
  readonly title: string;
  readonly host: Host;
  readonly outcome: Outcome;
  readonly folder: RunFolder;
  readonly checkout: Checkout;
  readonly alternatives?: Alternatives;
}

/** Leaves the patch where it was asked for and tells how the run ended. @returns the exit code */
export async function finish({
  options,
  title,
  host,
  outcome,
  folder,
  checkout,
  alternatives,
}: Finish): Promise<number> {
  const patchFile = outcome.patch === '' ? null : await folder.writePatch(outcome.patch);
  folder.writer.close();
  const others = (await alternatives?.write(outcome, folder.path)) ?? [];
  const delivery = await deliver(outcome, {
    repository: options.repo,
    base: checkout.baseCommit,
    apply: options.apply ?? false,
    branch: options.branch,
    title,
  });
  const usable = outcome.status === 'submitted' && outcome.patch !== '' && !delivery.problem;
  const exitCode =
    outcome.status === 'interrupted'
      ? ExitCode.interrupted
      : usable
        ? ExitCode.submitted
        : ExitCode.noPatch;
  await conclude({
    json: options.json ?? false,
    host,
    outcome,
    exitCode,
    patchFile,
    alternatives: others,
    trajectoryFile: folder.trajectoryFile,
    delivery,
    repository: options.repo,
  });
  return exitCode;
}

function isUrl(repository: string): boolean {
  return /^[a-z+]+:\/\//i.test(repository) || /^[\w.-]+@[\w.-]+:/.test(repository);
}
