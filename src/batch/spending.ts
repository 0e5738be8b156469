/** One sentence: why a batch stops whose instances have cost this much together. */
export function totalCostReached(limitUsd: number): string {
  return `the total cost limit of $${limitUsd} is reached; what was running is cut and goes on with a higher --max-total-cost`;
}

/** What a batch has spent, earlier sessions included, against its limit. */
export class Spending {
  readonly #limitUsd: number | null;
  readonly #known: Map<string, number>;
  #spentUsd: number;

  /**
   * @param limitUsd null: none
   * @param known US dollars that instances had spent when the batch began
   */
  constructor(limitUsd: number | null, known: ReadonlyMap<string, number>) {
    this.#limitUsd = limitUsd;
    this.#known = new Map(known);
    this.#spentUsd = [...known.values()].reduce((sum, usd) => sum + usd, 0);
  }

  get spentUsd(): number {
    return this.#spentUsd;
  }

  /** Counts the price of one request; one whose price is unknown counts nothing. */
  add(usd: number | null): void {
    this.#spentUsd += usd ?? 0;
  }

  /** Counts what a run that is taken up again had spent, as far as it was not known. */
  takenUp(instanceId: string, usd: number | null): void {
    const known = this.#known.get(instanceId) ?? 0;
    const spent = usd ?? 0;
    this.#known.set(instanceId, Math.max(0, known - spent));
    this.#spentUsd += Math.max(0, spent - known);
  }

  /** One sentence when the limit is reached, else null. */
  get reached(): string | null {
    if (this.#limitUsd === null || this.#spentUsd < this.#limitUsd) return null;
    return totalCostReached(this.#limitUsd);
  }
}
