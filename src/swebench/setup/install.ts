import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openWorkspace, type SandboxKind } from '../../workspace/open.ts';
import { runProcess } from '../../workspace/process.ts';
import { removeTree } from '../../workspace/scratch.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { SetupPlan } from './plan.ts';

/** What may be set on the host so that package managers find their indexes; given to set-up commands only. */
const INDEXES =
  /^(pip_|uv_|npm_config_|yarn_|(https?|no|all)_proxy$|(ssl_cert_file|ssl_cert_dir|requests_ca_bundle|curl_ca_bundle|node_extra_ca_certs)$)/i;

/** Downloads that tests without a browser do without. */
const SKIPPED = {
  PUPPETEER_SKIP_DOWNLOAD: '1',
  PUPPETEER_SKIP_CHROMIUM_DOWNLOAD: '1',
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
  CYPRESS_INSTALL_BINARY: '0',
  NEXT_TELEMETRY_DISABLED: '1',
};

export interface InstallOptions {
  readonly kind: SandboxKind;
  /** The repository at its base commit. */
  readonly hostRoot: string;
  readonly root: string;
  readonly hostScratch: string;
  /** Folder that keeps environments. */
  readonly cache: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
}

/** Name, below the scratch folder, of a repository's virtual environment. */
export const ENVIRONMENT = 'env';

/**
 * Installs what an instance needs: the virtual environment into the scratch folder, all else into the repository. In
 * the sandbox, where every instance sees the same paths, the result is kept and used again for the same identity.
 *
 * @throws {Error} when a set-up command fails
 */
export async function installEnvironment(plan: SetupPlan, options: InstallOptions): Promise<void> {
  if (plan.lines.length === 0 && !plan.python) return;
  if (options.kind === 'local') return install(plan, options);
  const kept = join(options.cache, plan.identity);
  const building = inProgress.get(kept);
  await building?.catch(() => undefined);
  if (existsSync(kept)) return restore(kept, options);
  const work = install(plan, options).then(() => keep(kept, options));
  inProgress.set(kept, work);
  try {
    await work;
  } finally {
    if (inProgress.get(kept) === work) inProgress.delete(kept);
  }
}

/** Environments that are being made by this process. */
const inProgress = new Map<string, Promise<void>>();

async function install(plan: SetupPlan, options: InstallOptions): Promise<void> {
  const { hostScratch, log, signal, timeoutMs } = options;
  const workspace = openWorkspace({ ...options, network: true });
  try {
    const run = async (argv: readonly string[]) => {
      const outputFile = join(hostScratch, 'setup.log');
      const env = { ...setupEnvironment(options.env, workspace), ...plan.env };
      const result = await workspace.exec(argv, { timeoutMs, signal, env, outputFile });
      signal.throwIfAborted();
      const output = await readFile(outputFile, 'utf8');
      log(`set-up: ${argv.join(' ')}\n${output}`);
      if (result.exitCode === 0) return;
      const how = result.timedOut
        ? `took over ${timeoutMs / 1000} s`
        : `ended with ${result.exitCode}`;
      throw new Error(`the set-up ${how}: ${output.trim().split('\n').slice(-5).join('\n')}`);
    };
    if (plan.python) {
      await run([plan.python.path, '-m', 'venv', `${workspace.scratchRoot}/${ENVIRONMENT}`]);
    }
    if (plan.lines.length > 0) await run(['/bin/bash', '-ec', plan.lines.join('\n')]);
    // The package manager may have rewritten its lockfile.
    await run(['git', 'checkout', '--', '.']);
  } finally {
    await workspace.close();
  }
}

function setupEnvironment(
  host: InstallOptions['env'],
  workspace: Workspace,
): Record<string, string> {
  const indexes = Object.entries(host).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && INDEXES.test(entry[0]),
  );
  return {
    ...Object.fromEntries(indexes),
    ...SKIPPED,
    ...environmentVariables(workspace, host.PATH),
    PYTHONDONTWRITEBYTECODE: '',
  };
}

/** The variables under which a repository's tests find its environment. */
export function environmentVariables(
  { scratchRoot }: Pick<Workspace, 'scratchRoot'>,
  path = '/usr/local/bin:/usr/bin:/bin',
): Record<string, string> {
  const environment = `${scratchRoot}/${ENVIRONMENT}`;
  return {
    PATH: `${environment}/bin:${path}`,
    VIRTUAL_ENV: environment,
    HOME: `${scratchRoot}/home`,
  };
}

/** Stores an environment: the virtual environment, and all that was put into the repository. */
async function keep(kept: string, { hostRoot, hostScratch }: InstallOptions): Promise<void> {
  await mkdir(dirname(kept), { recursive: true });
  const part = await mkdtemp(`${kept}.part-`);
  const added = await runProcess(
    ['git', 'ls-files', '--others', '--directory', '--no-empty-directory', '-z'],
    { cwd: hostRoot, env: gitEnvironment(), timeoutMs: 60_000, maxBytes: 64 * 1024 * 1024 },
  );
  const names = added.stdout.split('\0').filter((name) => name !== '');
  for (const name of names) await copy(join(hostRoot, name), join(part, 'tree', name));
  const environment = join(hostScratch, ENVIRONMENT);
  if (existsSync(environment)) await copy(environment, join(part, ENVIRONMENT));
  await writeFile(join(part, 'names.json'), JSON.stringify(names));
  // Another process may have been faster: its result is as good.
  await rename(part, kept).catch(() => removeTree(part));
}

async function restore(kept: string, { hostRoot, hostScratch }: InstallOptions): Promise<void> {
  const names = JSON.parse(await readFile(join(kept, 'names.json'), 'utf8')) as string[];
  for (const name of names) await copy(join(kept, 'tree', name), join(hostRoot, name));
  const environment = join(kept, ENVIRONMENT);
  if (existsSync(environment)) await copy(environment, join(hostScratch, ENVIRONMENT));
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to.replace(/\/$/, '')), { recursive: true });
  const argv = ['cp', '-a', '--reflink=auto', '-T', '--', from, to];
  const result = await runProcess(argv, { cwd: '/', env: gitEnvironment(), timeoutMs: 600_000 });
  if (result.exitCode !== 0) throw new Error(`cp ended with ${result.exitCode}: ${result.output}`);
}

function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
}
