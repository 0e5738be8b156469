import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';

/** Keeps some of what it makes for a while and waits in between, as agents do. Prints the most bytes of its heap. */
const program = (agents: number) => `
  import { setTimeout as sleep } from 'node:timers/promises';
  import { getHeapStatistics } from 'node:v8';
  import { keepHeapSmall } from './src/batch/small-heap.ts';
  keepHeapSmall(${agents});
  const held = [];
  let most = 0;
  for (let round = 0; round < 150; round++) {
    for (let n = 0; n < 2000; n++) {
      held.push({ round, n, text: [n, round, n] });
      if (held.length > 60_000) held.splice(0, 30_000);
    }
    await sleep(1);
    most = Math.max(most, getHeapStatistics().total_heap_size);
  }
  console.log(most);
`;

async function heapWith(agents: number): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program(agents)],
    { cwd: packageRoot },
  );
  return Number(stdout);
}

test('with many agents the heap stays smaller than V8 leaves it, with few it is left alone', async () => {
  const [one, few, many] = await Promise.all([1, 15, 16].map(heapWith));
  expect(many).toBeLessThan(0.8 * (few ?? 0));
  expect(few).toBeGreaterThan(0.8 * (one ?? 0));
});
