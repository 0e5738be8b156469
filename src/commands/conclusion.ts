import { cost, duration, tokens } from '../report/format.ts';
import { plain } from '../report/plain.ts';
import { painter } from '../report/terminal.ts';
import type { Outcome } from '../trajectory/event.ts';
import { patchStat } from '../workspace/patch-stat.ts';
import type { Delivery } from './delivery.ts';
import type { Host } from './host.ts';

export interface Conclusion {
  readonly json: boolean;
  readonly host: Host;
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly patchFile: string | null;
  /** Files of patches that fit the tests and were not submitted, the likeliest first. */
  readonly alternatives?: readonly string[];
  readonly trajectoryFile: string;
  readonly delivery: Delivery;
  readonly repository: string;
}

/** The last words of a run: for people a few lines with the next command to type, for programs one `result` object. */
export async function conclude(conclusion: Conclusion): Promise<void> {
  const { host, outcome, exitCode, patchFile, trajectoryFile, delivery } = conclusion;
  const { alternatives = [] } = conclusion;
  const files = await patchStat(outcome.patch);
  if (conclusion.json) {
    const { status, reason, steps, usage, durationMs } = outcome;
    const result = {
      type: 'result',
      ...{ status, reason, exitCode, steps, usage, durationMs, files, patchFile, trajectoryFile },
      ...(alternatives.length > 0 ? { alternatives } : {}),
      delivered: delivery.kind,
      ...(delivery.problem === undefined ? {} : { problem: delivery.problem }),
    };
    host.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const paint = painter(Boolean(host.stdout.isTTY) && !host.env.NO_COLOR);
  const color = exitCode === 0 ? paint.green : paint.yellow;
  const { steps, durationMs, usage } = outcome;
  const lines = [
    '',
    `${color(paint.bold(outcome.status))}: ${plain(outcome.reason)}`,
    `${steps} steps, ${duration(durationMs)}, ${tokens(usage)}, ${cost(usage.costUsd)}`,
    ...files.map(({ path, added, removed }) =>
      added === null || removed === null
        ? `  ${plain(path)} | binary`
        : `  ${plain(path)} | ${paint.green(`+${added}`)} ${paint.red(`-${removed}`)}`,
    ),
    ...(files.length === 0 ? ['  no change'] : []),
    ...(delivery.problem === undefined ? [] : [paint.red(delivery.problem)]),
    ...(outcome.keptWorkspace === undefined ? [] : [`copy kept   ${outcome.keptWorkspace}`]),
    ...(patchFile === null ? [] : [`patch       ${patchFile}`]),
    ...alternatives.map((file, index) => `candidate ${index + 1} ${file}`),
    `trajectory  ${trajectoryFile}`,
    `next        ${nextCommand(conclusion)}`,
  ];
  host.stdout.write(`${lines.join('\n')}\n`);
}

/** What a user would type now. */
function nextCommand({ outcome, patchFile, delivery, repository, ...rest }: Conclusion): string {
  const here = /^[a-z+]+:\/\//i.test(repository) ? '.' : repository;
  if (delivery.kind === 'applied') return `git -C ${quote(here)} diff`;
  if (delivery.kind === 'branch') return `git -C ${quote(here)} log -p -1 --branches`;
  if (patchFile !== null) return `git -C ${quote(here)} apply ${quote(patchFile)}`;
  const [candidate] = rest.alternatives ?? [];
  if (candidate !== undefined) return `git -C ${quote(here)} apply ${quote(candidate)}`;
  if (outcome.status === 'refused') {
    return 'ANTHROPIC_API_KEY=... patchwright fix --model anthropic ... (a language model can do more)';
  }
  return `patchwright show ${quote(rest.trajectoryFile)}`;
}

/** A word as bash reads it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
