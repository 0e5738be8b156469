import { setTimeout as sleep } from 'node:timers/promises';

/** Those who waited pass one by one, this many milliseconds apart: all at once they would be refused again. */
const SPACING_MS = 25;
/** A timer of Node cannot wait longer. */
const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * What all requests of one key share: when the service tells one of them to wait, all of them wait. Made once and
 * given to every model of a key.
 */
export class RateGate {
  #opensAt = 0;
  #waiting = 0;

  /** Closes the gate for so many milliseconds from now; never opens it earlier than it would. */
  close(ms: number): void {
    this.#opensAt = Math.max(this.#opensAt, performance.now() + ms);
  }

  /**
   * Waits until the gate is open.
   *
   * @param onWait told the milliseconds, when there is anything to wait for
   * @throws the signal's reason when it aborts
   */
  async pass(signal: AbortSignal, onWait: (ms: number) => void): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) {
      onWait(left);
      const place = this.#waiting++;
      const ms = Math.min(left + place * SPACING_MS, LONGEST_WAIT);
      try {
        await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
      } finally {
        this.#waiting -= 1;
      }
    }
    signal.throwIfAborted();
  }

  #left(): number {
    return Math.max(0, this.#opensAt - performance.now());
  }
}
