import type { RankedPatch, RepairData } from './result.ts';

const SHOWN_PATCHES = 8;

/** What a person or a language model reads of a search. */
export function describeRepair(data: RepairData): string {
  const parts = [
    `Tried ${data.tried} candidates in ${data.seconds.toFixed(1)} s (${data.perSecond} a second).`,
    data.examples === undefined
      ? ''
      : `No test fails. ${data.examples} examples of the issue and the documentation served as temporary tests; they are no part of a patch.`,
    suspicious(data),
  ];
  if (data.patches.length === 0) {
    parts.push(`No patch: ${data.reason ?? 'nothing was found'}.`);
  } else {
    const shown = data.patches.slice(0, SHOWN_PATCHES);
    const more = data.patches.length - shown.length;
    parts.push(
      `${data.patches.length} ${data.patches.length === 1 ? 'patch makes' : 'patches make'} the failing tests pass, best first:`,
      ...shown.map((patch, index) => describePatch(patch, index + 1)),
    );
    if (more > 0) parts.push(`[${more} more are left out]`);
  }
  return parts.filter((part) => part !== '').join('\n\n');
}

function suspicious({ suspicious: rows }: RepairData): string {
  if (rows.length === 0) return '';
  const table = rows.map((row) => {
    const place = `${row.path}:${row.line}`;
    return `${row.score.toFixed(3)}  ${place}  ${row.function}  (${row.failing} failing, ${row.passing} passing tests)`;
  });
  return `Suspicious lines, by the tests that run them:\n${table.join('\n')}`;
}

function describePatch(patch: RankedPatch, rank: number): string {
  const percent = Math.round(patch.confidence * 100);
  const lines = (text: string, sign: string) =>
    text === '' && sign === '+' ? [] : text.split('\n').map((line) => sign + line);
  const head = `${rank}. ${patch.path}:${patch.startLine} in ${patch.function || 'the module'} (${patch.kind}), confidence ${percent} %`;
  return [head, ...lines(patch.oldText, '-'), ...lines(patch.newText, '+')].join('\n');
}
