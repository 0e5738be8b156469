import type { Workspace } from '../workspace/workspace.ts';
import type { Choice } from './choose.ts';
import type { Candidate } from './edits/edit.ts';
import { byCost } from './edits/enumerate.ts';
import { type ValidateOptions, validate } from './validate.ts';

/** Candidates that the project's own command looks at: while the search goes on, after it, and wanted in the end. */
const MOST_IN_SEARCH = 4;
const MOST_AFTER = 8;
export const WANTED = 3;
/** Of so many that fit the tests, the best are compared. */
const MOST_COMPARED = 60;
const ENOUGH_PLAUSIBLE = 400;
/** After a right candidate the search goes on to those so much less likely than it, as a difference of costs. */
const MORE_COST = 3;
/** But no longer than this, or than it took to find the first. */
const MORE_MS = 3000;

export interface JudgeOptions extends Omit<ValidateOptions, 'workspace' | 'timeoutMs'> {
  /** A copy of the repository for validation only. */
  readonly copy: () => Promise<Workspace>;
  readonly testTimeoutMs: number;
  /** Once one was found right, no other is validated after this, in milliseconds since the epoch. */
  readonly until: number;
  /** A temporary test that is put into the copy. */
  readonly extra?: { readonly path: string; readonly text: string } | undefined;
}

/** Has the project's own command, in a clean process, look at candidates that fit the tests. */
export class Judge {
  /** All that fit the tests in the pool. */
  readonly plausible: Candidate[] = [];
  /** Those that the project's own command found right, in the order they were found. */
  readonly right: Candidate[] = [];
  private readonly options: JudgeOptions;
  private readonly verdicts = new Map<Candidate, boolean>();
  private readonly startedAt = Date.now();
  private running: Promise<void> | null = null;
  private firstAt: number | null = null;
  private workspace: Promise<Workspace> | null = null;

  constructor(options: JudgeOptions) {
    this.options = options;
  }

  add(candidate: Candidate): void {
    this.plausible.push(candidate);
    this.running ??= this.lookAhead().finally(() => {
      this.running = null;
    });
  }

  /** The ones worth comparing, best first. */
  likeliest(): Candidate[] {
    return [...this.plausible].sort(byCost).slice(0, MOST_COMPARED);
  }

  /** @param nextCost cost of the candidate that would be tried next */
  isEnough(nextCost: number): boolean {
    if (this.plausible.length >= ENOUGH_PLAUSIBLE) return true;
    if (this.firstAt === null) return false;
    const best = Math.min(...this.right.map(({ cost }) => cost));
    if (nextCost > best + MORE_COST) return true;
    const toFirst = this.firstAt - this.startedAt;
    return Date.now() - this.firstAt > Math.max(MORE_MS, toFirst);
  }

  /** Whether the project's own command found a candidate right; undefined when it has not looked. */
  verdictOf(candidate: Candidate): boolean | undefined {
    return this.verdicts.get(candidate);
  }

  /** Validates choices in their order until some are found right; frees what the judge holds. */
  async decide(choices: readonly Choice[], progress: (text: string) => void): Promise<void> {
    try {
      while (this.running) await this.running;
      let found = 0;
      let looked = 0;
      for (const { candidate } of choices) {
        if (found >= WANTED || looked >= MOST_AFTER || this.options.signal.aborted) break;
        if (found > 0 && Date.now() > this.options.until) break;
        if (!this.verdicts.has(candidate)) looked += 1;
        progress(`validating candidates with the project's own command, ${found} right`);
        if (await this.isRight(candidate)) found += 1;
      }
    } finally {
      await this.close();
    }
  }

  /** Ends the judging before its time. @returns the best so far: one found right, else one that fits the tests */
  async giveUp(): Promise<Candidate | undefined> {
    // What is being judged ends with the signal's reason.
    await this.running?.catch(() => {});
    await this.close();
    return [...this.right].sort(byCost)[0] ?? this.likeliest()[0];
  }

  private async close(): Promise<void> {
    const { workspace } = this;
    this.workspace = null;
    if (workspace) await (await workspace).close();
  }

  /** While the search goes on, the best ones are looked at, so that it can end. */
  private async lookAhead(): Promise<void> {
    const { signal } = this.options;
    while (!signal.aborted && this.verdicts.size < MOST_IN_SEARCH && this.right.length < WANTED) {
      const [next] = this.likeliest().filter((each) => !this.verdicts.has(each));
      if (!next) return;
      await this.isRight(next);
    }
  }

  private async open(): Promise<Workspace> {
    const { copy, extra } = this.options;
    const workspace = await copy();
    if (extra) await workspace.writeFile(extra.path, Buffer.from(extra.text));
    return workspace;
  }

  private async isRight(candidate: Candidate): Promise<boolean> {
    const known = this.verdicts.get(candidate);
    if (known !== undefined) return known;
    this.workspace ??= this.open();
    const workspace = await this.workspace;
    const right = await validate(candidate, {
      ...this.options,
      workspace,
      timeoutMs: this.options.testTimeoutMs,
    });
    if (this.options.signal.aborted) return right;
    this.verdicts.set(candidate, right);
    if (right) {
      this.right.push(candidate);
      this.firstAt ??= Date.now();
    }
    return right;
  }
}
