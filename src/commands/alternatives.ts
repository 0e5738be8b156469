import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RankedPatch, RepairData } from '../repair/result.ts';
import type { Outcome, TrajectoryEvent } from '../trajectory/event.ts';

/** Candidate patches that the last search of a run found, kept for the case that none is submitted. */
export class Alternatives {
  private patches: readonly RankedPatch[] = [];

  /** A subscriber of the run. */
  readonly see = (event: TrajectoryEvent): void => {
    if (event.type !== 'observation') return;
    const found = RepairData.safeParse(event.observation.data);
    if (found.success) this.patches = found.data.patches;
  };

  /**
   * Writes `alternative-1.diff` and so on, the likeliest first, unless the run has a patch of its own.
   *
   * @returns the files; none when they cannot be written
   */
  async write(outcome: Outcome, folder: string): Promise<string[]> {
    if (outcome.patch !== '') return [];
    const diffs = this.patches.map(({ diff }) => diff).filter((diff) => diff !== '');
    const files = diffs.map((_, index) => join(folder, `alternative-${index + 1}.diff`));
    try {
      await mkdir(folder, { recursive: true });
      await Promise.all(files.map((file, index) => writeFile(file, diffs[index] ?? '')));
      return files;
    } catch {
      // A full disk: the trajectory holds them too.
      return [];
    }
  }
}
