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
  }

  /** Before a test: so much fuel, nothing noted. */
  begin(fuel) {
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

  /** An assertion of a test held or not. */
  note(number, held) {
    const time = this.times.get(number) ?? 0;
    this.times.set(number, time + 1);
    this.checks.set(`${number}:${time}`, held);
    if (!held) this.broken += 1;
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
