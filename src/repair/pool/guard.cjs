'use strict';

/** What the edited module and the tests see of the worker: fuel, the swapped function, notes of assertions. */
class Guard {
  constructor() {
    this.fuel = Infinity;
    this.given = Infinity;
    /** Key of the hooked function that runs `code` instead of itself. */
    this.on = -1;
    this.code = '';
    this.checks = new Map();
    this.times = new Map();
    this.broken = 0;
    this.before = null;
    this.improved = 0;
  }

  /** Before a test: so much fuel, nothing noted. `before`: how its assertions did, when it is to end early. */
  begin(fuel, before = null) {
    this.before = before;
    this.improved = 0;
    this.given = fuel === Infinity ? Number.MAX_SAFE_INTEGER : fuel;
    this.fuel = this.given;
    if (this.times.size > 0) {
      this.checks = new Map();
      this.times = new Map();
    }
    this.broken = 0;
  }

  get used() {
    return this.given - this.fuel;
  }

  out() {
    throw new Error('patchwright: a loop does not end');
  }

  /** An assertion of a test held or not. In a long test the first that is no better than before ends it. */
  note(number, held) {
    const time = this.times.get(number) ?? 0;
    this.times.set(number, time + 1);
    const key = `${number}:${time}`;
    this.checks.set(key, held);
    const before = this.before?.get(key);
    if (held && before !== true) this.improved += 1;
    if (held) return;
    this.broken += 1;
    if (this.before && this.improved === 0) throw new Error('patchwright: no better than before');
  }

  /** Keeps the program from ending the process. @returns the real exit */
  takeProcess() {
    const exit = process.exit.bind(process);
    process.on('unhandledRejection', () => {});
    process.on('uncaughtException', () => {});
    process.exit = (code) => {
      throw new Error(`the program ended itself with code ${code ?? 0}`);
    };
    process.abort = process.reallyExit = process.exit;
    return exit;
  }
}

exports.Guard = Guard;
