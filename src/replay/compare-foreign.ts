import type { Observation } from '../trajectory/event.ts';
import { parseWindow } from '../trajectory/formats/sweagent/window.ts';
import { listedNames, normaliseOutput } from './normalise.ts';
import { type Difference, type Pair, verdictText } from './pair.ts';

/** Remarks of our `bash` below an output. */
const OWN_REMARK =
  /\n?\[(?:no output, exit code 0|exit code \d+|ended by signal [^\]]*|working directory: [^\]]*|Stopped after [^\]]*|Output cut [^\]]*|The next command starts in [^\]]*)\]$/;

const INSTALLER =
  /^\s*(pip3?|python3? -m pip|npm|yarn|pnpm|apt|apt-get|conda|uv|poetry) (pip )?(install|ci|add|update)\b/;

/**
 * Compares an answer of ours with that of another agent's tool: the verdict, the exit class, an output without noise,
 * and the lines of a file where both show them. The words around them are each tool's own.
 */
export function compareForeign(pair: Pair): Difference | null {
  const { action, recorded, replayed } = pair;
  switch (action.tool) {
    case 'bash':
      return compareCommand(pair);
    case 'find_file':
    case 'search':
      return compareFindings(pair);
    case 'submit':
      if (Boolean(recorded.endsRun) === Boolean(replayed.endsRun)) return null;
      return difference(pair, 'ended the run, now does not');
    default:
      if (recorded.isError !== replayed.isError) {
        return difference(pair, verdictText(recorded, replayed));
      }
      return recorded.isError ? null : compareLines(pair);
  }
}

function difference(pair: Pair, what: string): Difference {
  return {
    what,
    recorded: normaliseOutput(pair.recorded.text, pair.recordedRoots),
    replayed: normaliseOutput(pair.replayed.text, pair.replayedRoots),
  };
}

/** What pip, npm and apt print when they give up. */
const FAILED_INSTALL = /^\s*(error:|npm (ERR!|error)|E: )/im;

interface CommandData {
  readonly exitCode?: number | null;
  readonly timedOut?: boolean;
  readonly output?: string;
}

function compareCommand(pair: Pair): Difference | null {
  const { recorded, replayed, recordedRoots, replayedRoots } = pair;
  const before = (recorded.data ?? {}) as CommandData;
  const after = (replayed.data ?? {}) as CommandData;
  const left = plain(normaliseOutput(before.output ?? recorded.text, recordedRoots));
  const right = plain(normaliseOutput(withoutRemarks(replayed.text), replayedRoots));
  const texts = { recorded: left, replayed: right };
  if (recorded.data === undefined && recorded.isError) {
    // Refused or timed out; the recording has no exit code to tell.
    return replayed.isError ? null : { what: verdictText(recorded, replayed), ...texts };
  }
  const timedOut = before.timedOut ?? false;
  if (timedOut !== Boolean(after.timedOut)) {
    return { what: timedOut ? 'timed out, now ends' : 'ended, now times out', ...texts };
  }
  if (timedOut) return null;
  if (typeof before.exitCode === 'number' && (before.exitCode === 0) !== (after.exitCode === 0)) {
    return { what: `exit code ${before.exitCode}, now ${after.exitCode ?? 'none'}`, ...texts };
  }
  const command = String((pair.action.input as { command?: unknown } | null)?.command ?? '');
  // What an installer prints depends on the day; a recording without exit code still tells whether it failed.
  if (INSTALLER.test(command)) {
    const failedBefore =
      typeof before.exitCode === 'number' ? before.exitCode !== 0 : FAILED_INSTALL.test(left);
    if (failedBefore === (after.exitCode !== 0)) return null;
    return {
      what: failedBefore ? 'failed to install, now installs' : 'installed, now does not',
      ...texts,
    };
  }
  const lists = /^\s*ls\b[^;&|>]*$/.test(command);
  const same = lists ? listedNames(left) === listedNames(right) : left === right;
  return same ? null : { what: 'other output', ...texts };
}

function withoutRemarks(text: string): string {
  let rest = text;
  while (OWN_REMARK.test(rest)) rest = rest.replace(OWN_REMARK, '');
  return rest;
}

/** Leaves out what versions of Python put under a line of a traceback. */
function plain(output: string): string {
  return output
    .replace(/^[ \t]*[~^]+[ \t~^]*$\n?/gm, '')
    .replace(/^\n+/, '')
    .trimEnd();
}

/** Found or not, and every file that was named before is named again. */
function compareFindings(pair: Pair): Difference | null {
  const { recorded, replayed } = pair;
  if (recorded.isError || replayed.isError) {
    return recorded.isError === replayed.isError
      ? null
      : difference(pair, verdictText(recorded, replayed));
  }
  const wasFound = !/^No matches found/m.test(recorded.text);
  const isFound = foundAny(replayed);
  if (wasFound !== isFound) {
    return difference(pair, wasFound ? 'was found, now is not' : 'was not found, now is');
  }
  const { root } = pair.recordedRoots;
  const named = recorded.text
    .split('\n')
    .map((line) => /^(\/\S+?)(?: \(\d+ matches\))?$/.exec(line)?.[1])
    .filter((path) => path?.startsWith(`${root}/`))
    .map((path) => path?.slice(root.length + 1) ?? '');
  const missing = named.filter((path) => !replayed.text.includes(path));
  const cut = /\bmore\b/.test(replayed.text);
  return missing.length > 0 && !cut ? difference(pair, `${missing[0]} is not found`) : null;
}

function foundAny(observation: Observation): boolean {
  const data = (observation.data ?? {}) as { count?: number; matches?: number };
  return (data.count ?? data.matches ?? 0) > 0;
}

/** Lines of a file that both answers show under the same number must be the same. */
function compareLines(pair: Pair): Difference | null {
  const window = parseWindow(pair.recorded.text);
  const shown = numberedLines(pair.replayed.text);
  if (!window || shown.size === 0) return null;
  const common = window.lines
    .map((line, index) => ({ number: window.firstLine + index, line }))
    .filter(({ number }) => shown.has(number));
  const text = (lines: readonly { number: number; line: string }[]) =>
    lines.map(({ number, line }) => `${number}\t${line.trimEnd()}`).join('\n');
  const recorded = text(common);
  const replayed = text(common.map(({ number }) => ({ number, line: shown.get(number) ?? '' })));
  return recorded === replayed ? null : { what: 'other lines', recorded, replayed };
}

/** Lines as our tools number them: number, tab, text. */
function numberedLines(text: string): Map<number, string> {
  const lines = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [, number, content] = /^[ >+-]*(\d+)\t(.*)$/.exec(line) ?? [];
    if (number !== undefined && content !== undefined) lines.set(Number(number), content);
  }
  return lines;
}
