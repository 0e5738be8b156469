import { UsageError } from '../errors.ts';

/** A whole number above 0 for the option `name`. @throws {UsageError} */
export function parseCount(name: string): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text) && Number(text) > 0 && Number(text) <= 100_000) return Number(text);
    throw new UsageError(`${name}: ${JSON.stringify(text)} is no whole number from 1 to 100000`);
  };
}

/** Whole numbers above 0 with commas between them. @throws {UsageError} */
export function parseCounts(name: string): (text: string) => number[] {
  return (text) => text.split(',').map(parseCount(name));
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** A time for the option `name`, in seconds: a number, or one with `s`, `m` or `h`. @throws {UsageError} */
export function parseTime(name: string): (text: string) => number {
  return (text) => {
    const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text) ?? [];
    const seconds = Number(number) * (UNITS[unit || 's'] ?? 1);
    if (seconds > 0 && seconds <= 86_400) return seconds;
    throw new UsageError(
      `${name}: ${JSON.stringify(text)} is no time up to a day; give 90s, 30m, 2h`,
    );
  };
}
