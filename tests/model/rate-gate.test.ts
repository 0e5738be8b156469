import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ModelError } from '../../src/errors.ts';
import { RateGate } from '../../src/model/rate-gate.ts';
import { type Failure, withRetries } from '../../src/model/retry.ts';

const signal = new AbortController().signal;
const policy = { attempts: 3, rateLimitAttempts: 3, firstWaitMs: 1, maxWaitMs: 1 };
const limited: Failure = {
  kind: 'rate_limit',
  label: 'rate limit',
  message: 'too much',
  retryable: true,
  retryAfterMs: 300,
};

test('an open gate lets through at once, a closed one tells how long it stays closed', async () => {
  const gate = new RateGate();
  const waits: number[] = [];
  await gate.pass(signal, (ms) => waits.push(ms));
  expect(waits).toEqual([]);
  gate.close(50);
  gate.close(10);
  await gate.pass(signal, (ms) => waits.push(ms));
  expect(waits[0]).toBeGreaterThan(10);
});

test('an abort ends the wait', async () => {
  const gate = new RateGate();
  gate.close(60_000);
  const stop = new AbortController();
  const passing = gate.pass(stop.signal, () => stop.abort(new Error('stopped')));
  await expect(passing).rejects.toThrow('stopped');
});

test('when one request is told to wait, the others of the gate wait as well', async () => {
  const gate = new RateGate();
  const log: string[] = [];
  let refused = false;
  const first = withRetries({
    gate,
    policy,
    signal,
    classify: () => limited,
    attempt: async () => {
      log.push('first');
      if (!refused) {
        refused = true;
        throw new Error('429');
      }
    },
  });
  await sleep(20);
  const said: string[] = [];
  const second = withRetries({
    gate,
    policy,
    signal,
    classify: () => limited,
    attempt: async () => void log.push('second'),
    onProgress: (text) => said.push(text),
  });
  await sleep(50);
  expect(log).toEqual(['first']);
  await Promise.all([first, second]);
  expect(log.sort()).toEqual(['first', 'first', 'second']);
  expect(said.join()).toContain('as all runs do');
});

test('other failures hold nobody but their own run', async () => {
  const gate = new RateGate();
  const failing = withRetries({
    gate,
    policy,
    signal,
    classify: () => ({ ...limited, kind: 'server', retryAfterMs: undefined }),
    attempt: () => Promise.reject(new Error('500')),
  });
  await expect(failing).rejects.toThrow(ModelError);
  const waits: number[] = [];
  await gate.pass(signal, (ms) => waits.push(ms));
  expect(waits).toEqual([]);
});
