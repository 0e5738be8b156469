import { expect, test } from 'vitest';
import {
  parseConfidence,
  parseDollars,
  parseSeconds,
  parseSteps,
  resolveLimits,
} from '../../src/commands/options.ts';

test.each([
  ['90', 90],
  ['90s', 90],
  ['1.5m', 90],
  ['2h', 7200],
])('parseSeconds %s', (text, seconds) => expect(parseSeconds(text)).toBe(seconds));

test.each(['0', '-5', '', 'soon', '1d', '1e9', '600h'])('parseSeconds refuses %j', (text) =>
  expect(() => parseSeconds(text)).toThrow(/--max-time.*give seconds above 0/),
);

test.each([
  ['1.50', 1.5],
  ['$3', 3],
  ['.5', 0.5],
])('parseDollars %s', (text, dollars) => expect(parseDollars(text)).toBe(dollars));

test.each(['0', '0.0', '-1', 'free', ''])('parseDollars refuses %j', (text) =>
  expect(() => parseDollars(text)).toThrow(/--max-cost.*above 0/),
);

test.each(['0', '-1', '1.5', 'many', ''])('parseSteps refuses %j', (text) =>
  expect(() => parseSteps(text)).toThrow(/--max-steps.*whole number/),
);

test.each([
  ['0.6', 0.6],
  ['60%', 0.6],
  ['.5', 0.5],
  ['1', 1],
  ['0', 0],
])('parseConfidence %s', (text, share) => expect(parseConfidence(text)).toBeCloseTo(share));

test.each(['2', '-0.1', '101%', 'high', ''])('parseConfidence refuses %j', (text) =>
  expect(() => parseConfidence(text)).toThrow(/--min-confidence.*share from 0 to 1/),
);

test('the command line wins over the file, the file over the default', () => {
  const model = { name: 'm', hasPrice: true };
  expect(resolveLimits({ maxSteps: 1 }, { maxSteps: 2, maxTime: 3 }, model)).toEqual({
    maxSteps: 1,
    maxCostUsd: 3,
    maxTimeMs: 3000,
  });
});

test('a dollar limit needs a price', () => {
  const model = { name: 'local', hasPrice: false };
  expect(resolveLimits({}, {}, model).maxCostUsd).toBeNull();
  expect(() => resolveLimits({ maxCost: 1 }, {}, model)).toThrow(/price of local is unknown/);
});
