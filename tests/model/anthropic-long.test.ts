import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Usage } from '../../src/trajectory/event.ts';
import { modelLike } from '../support/messages-api/models.ts';
import { text, thinking, toolUse } from '../support/messages-api/script.ts';
import { startMessagesApi } from '../support/messages-api/server.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'long-run-'));
  await build({
    entryPoints: [fileURLToPath(new URL('long-run-child.ts', import.meta.url))],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
});
afterAll(() => rm(folder, { recursive: true }));

test('150 turns with observations of 40 KB: signatures hold, the cache is read, memory stays small', async () => {
  const server = await startMessagesApi({
    turns: (_, n) => [
      thinking(`Step ${n}.`),
      text('I look.'),
      toolUse('view', { path: `src/file${n}.py` }),
    ],
    models: [modelLike('claude-sonnet-5-5', { info: { max_input_tokens: 4_000_000 } })],
    limits: { requests: 1e9, inputTokens: 1e12, outputTokens: 1e12 },
    keepBodies: false,
  });
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(folder, 'long-run-child.mjs'), server.url, server.apiKey, '150', '40000'],
      { maxBuffer: 1e8 },
    );
    const { usages, maxRssMb, observations } = JSON.parse(stdout);
    expect(observations).toBe(150);
    expect(server.requests.map(({ status }) => status)).toEqual(Array(150).fill(200));

    const later: Usage[] = usages.slice(2);
    const sum = (pick: (usage: Usage) => number) =>
      later.reduce((total, usage) => total + pick(usage), 0);
    const read = sum((usage) => usage.cacheReadTokens);
    const all = sum((u) => u.inputTokens + u.cacheReadTokens + u.cacheWriteTokens);
    expect(read / all).toBeGreaterThanOrEqual(0.9);
    expect(maxRssMb).toBeLessThan(200);
  } finally {
    await server.close();
  }
}, 300_000);
