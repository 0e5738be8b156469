import { isTestPath } from '../repair/localise/test-paths.ts';
import type { Candidate, Verdict } from './candidate.ts';

/**
 * What a patch does to the code, as text that is the same for patches that do the same: without tests, places in the
 * file, context, blank lines and spaces at line ends.
 */
export function normalisePatch(patch: string): string {
  const files = patch.split(/^(?=diff --git )/m).filter((part) => part.startsWith('diff --git '));
  return files
    .map((part) => {
      const lines = part.split('\n');
      const path = / b\/(.*?)"?$/.exec(lines[0] ?? '')?.[1] ?? lines[0] ?? '';
      if (isTestPath(path)) return '';
      const isBinary = lines.includes('GIT binary patch');
      const body = lines.slice(1).filter((line) => !/^(index|---|\+\+\+|@@) ?/.test(line));
      const told = isBinary
        ? body
        : body.filter((line) => /^[+-].*\S|^(new|deleted|old)/.test(line));
      return [path, ...told.map((line) => line.trimEnd())].join('\n');
    })
    .filter((part) => part !== '')
    .sort()
    .join('\n');
}

/** How many of the candidates do the same, by attempt. */
export function votesOf(candidates: readonly Candidate[]): ReadonlyMap<number, number> {
  const keys = candidates.map(({ patch }) => normalisePatch(patch));
  return new Map(
    candidates.map(({ attempt }, at) => [attempt, keys.filter((key) => key === keys[at]).length]),
  );
}

/** Takes the patch that most attempts agree on; of several such the first. */
export function chooseByVote(candidates: readonly Candidate[]): Verdict {
  const votes = votesOf(candidates);
  const most = Math.max(...votes.values());
  const [chosen = 1] = [...votes].find(([, count]) => count === most) ?? [];
  return {
    chosen,
    reason:
      most > 1
        ? `${most} of ${candidates.length} attempts made the same change`
        : 'no two attempts made the same change, so the first was taken',
    scores: new Map([...votes].map(([attempt, count]) => [attempt, `votes ${count}`])),
  };
}
