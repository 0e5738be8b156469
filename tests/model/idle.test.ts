import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdleWatch, StalledError } from '../../src/model/idle.ts';

const PATIENCE = { headersMs: 1_000, silenceMs: 100, stallMs: 500 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function begin(parent = new AbortController().signal) {
  const watch = new IdleWatch(PATIENCE, parent);
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  const reader = watch.watch(new Response(body)).body?.getReader();
  const send = async () => {
    controller?.enqueue(new Uint8Array([1]));
    await reader?.read();
  };
  return { watch, send };
}

describe('a watched answer', () => {
  test('may take long in all, as long as it moves', async () => {
    const { watch, send } = begin();
    for (let i = 0; i < 20; i++) {
      await vi.advanceTimersByTimeAsync(90);
      await send();
      watch.progress();
    }
    expect(watch.signal.aborted).toBe(false);
    watch.stop();
  });

  test('is given up when no byte comes', async () => {
    const { watch, send } = begin();
    await vi.advanceTimersByTimeAsync(90);
    await send();
    await vi.advanceTimersByTimeAsync(99);
    expect(watch.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(watch.signal.reason).toBeInstanceOf(StalledError);
    expect(watch.signal.reason.message).toBe('no data for 0.1 s');
  });

  test('is given up when bytes come but no progress, from the beginning on', async () => {
    const { watch, send } = begin();
    for (let i = 0; i < 5; i++) {
      expect(watch.signal.aborted).toBe(false);
      await vi.advanceTimersByTimeAsync(90);
      await send();
    }
    await vi.advanceTimersByTimeAsync(50);
    expect(watch.signal.reason.message).toBe('no progress for 0.5 s');
  });

  test('ends as its run does, and leaves no timer behind', () => {
    const parent = new AbortController();
    const { watch } = begin(parent.signal);
    watch.sent();
    const reason = new Error('Ctrl-C');
    parent.abort(reason);
    expect(watch.signal.reason).toBe(reason);
    watch.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('waits for the headers for a time of its own', async () => {
    const watch = new IdleWatch(PATIENCE, new AbortController().signal);
    watch.sent();
    await vi.advanceTimersByTimeAsync(999);
    expect(watch.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(watch.signal.reason.message).toBe('no answer for 1 s');
  });
});
