import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { rgPath } from '@vscode/ripgrep';
import { ExitCode, messageOf } from '../errors.ts';
import { plain } from '../report/plain.ts';
import { painter } from '../report/terminal.ts';
import { findEngine } from '../workspace/container/engine.ts';
import { cleanEnvironment } from '../workspace/environment.ts';
import { runProcess } from '../workspace/process.ts';
import { probeSandbox } from '../workspace/sandbox.ts';
import type { Host } from './host.ts';
import { versions } from './versions.ts';

export interface Check {
  readonly name: string;
  /** `missing` is fatal to every run, `lacking` only takes something away. */
  readonly state: 'ok' | 'lacking' | 'missing';
  readonly detail: string;
  /** What to do, when not `ok`. */
  readonly mend?: string;
}

/**
 * `patchwright doctor`: what this machine has and how to mend what is missing. Keys are told as present or not,
 * never shown.
 *
 * @returns 0, or 1 when something is missing without which no run works
 */
export async function doctor(options: { readonly json?: boolean }, host: Host): Promise<number> {
  const checks = await Promise.all([
    checkNode(),
    checkProgram(
      {
        name: 'git',
        argv: ['git', '--version'],
        need: 'missing',
        mend: 'install it: apt-get install git',
      },
      host,
    ),
    checkRipgrep(host),
    checkSandbox(),
    checkEngine(host),
    checkProgram(
      {
        name: 'python',
        argv: ['python3', '--version'],
        need: 'lacking',
        mend: 'needed for Python repositories only: apt-get install python3 python3-venv',
      },
      host,
    ),
    ...checkKeys(host),
  ]);
  const bad = checks.some(({ state }) => state === 'missing');
  if (options.json) {
    host.stdout.write(`${JSON.stringify({ versions: versions(), ok: !bad, checks })}\n`);
    return bad ? ExitCode.noPatch : ExitCode.submitted;
  }
  const paint = painter(Boolean(host.stdout.isTTY) && !host.env.NO_COLOR);
  const colors = { ok: paint.green, lacking: paint.yellow, missing: paint.red };
  for (const { name, state, detail, mend } of checks) {
    const label = colors[state](state.padEnd(8));
    host.stdout.write(`${label} ${name.padEnd(20)} ${plain(detail)}\n`);
    if (mend) host.stdout.write(`${' '.repeat(30)}-> ${mend}\n`);
  }
  host.stdout.write(
    bad
      ? '\nSomething is missing; mend it first.\n'
      : '\nReady. Next: patchwright fix --repo PATH --issue FILE\n',
  );
  return bad ? ExitCode.noPatch : ExitCode.submitted;
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const detail = `v${process.versions.node}`;
  if (major > 20 || (major === 20 && minor >= 11)) return { name: 'node', state: 'ok', detail };
  return { name: 'node', state: 'missing', detail, mend: 'install Node 20.11 or newer' };
}

interface ProgramCheck {
  readonly name: string;
  readonly argv: readonly string[];
  readonly need: 'lacking' | 'missing';
  readonly mend: string;
}

async function checkProgram({ name, argv, need, mend }: ProgramCheck, host: Host): Promise<Check> {
  try {
    const { exitCode, output } = await runProcess(argv, {
      cwd: host.cwd,
      env: cleanEnvironment(host.env, tmpdir()),
      timeoutMs: 10_000,
    });
    const detail = output.trim().split('\n')[0] ?? '';
    if (exitCode === 0) return { name, state: 'ok', detail };
    return { name, state: need, detail: `${argv[0]} ended with ${exitCode}: ${detail}`, mend };
  } catch (error) {
    return { name, state: need, detail: messageOf(error), mend };
  }
}

async function checkRipgrep(host: Host): Promise<Check> {
  const mend = 'install the package again with its optional dependencies: npm install';
  try {
    accessSync(rgPath, constants.X_OK);
  } catch (error) {
    return { name: 'ripgrep', state: 'missing', detail: messageOf(error), mend };
  }
  return checkProgram(
    { name: 'ripgrep', argv: [rgPath, '--version'], need: 'missing', mend },
    host,
  );
}

async function checkSandbox(): Promise<Check> {
  const name = 'sandbox';
  const probe = await probeSandbox();
  if (!probe.works) {
    return {
      name,
      state: 'lacking',
      detail: `bubblewrap does not work: ${probe.reason ?? 'unknown reason'}; commands would run without isolation`,
      mend: probe.mend ?? 'install it: apt-get install bubblewrap',
    };
  }
  const detail = [`bubblewrap ${probe.version ?? ''}`.trim(), ...probe.limits].join('; ');
  return { name, state: 'ok', detail };
}

async function checkEngine({ env }: Host): Promise<Check> {
  const name = 'containers';
  const engine = await findEngine(env);
  if (engine) return { name, state: 'ok', detail: `${engine.name} answers` };
  return {
    name,
    state: 'lacking',
    detail: 'neither docker nor podman answers',
    mend: 'needed for --sandbox container and for the images of SWE-bench only: apt-get install docker.io',
  };
}

function checkKeys({ env }: Host): Check[] {
  return [
    {
      name: 'ANTHROPIC_API_KEY',
      mend: 'without it the default model is repair; export it to use Claude',
    },
    { name: 'GITHUB_TOKEN', mend: 'needed for private or many GitHub issues only; export it' },
  ].map(({ name, mend }) =>
    env[name]
      ? { name, state: 'ok' as const, detail: 'present (not shown)' }
      : { name, state: 'lacking' as const, detail: 'not in the environment', mend },
  );
}
