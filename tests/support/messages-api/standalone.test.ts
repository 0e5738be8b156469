import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { GOOD } from './raw.ts';

test('serves from a process of its own until its standard input ends', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'messages-api-'));
  const config = join(directory, 'config.json');
  const conversations = [{ turns: [{ content: [{ type: 'text', text: 'hello' }] }] }];
  await writeFile(config, JSON.stringify({ conversations, apiKey: 'key' }));
  const script = fileURLToPath(new URL('standalone.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, config], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const [line] = await once(createInterface(child.stdout), 'line');
    const { url, apiKey } = JSON.parse(line);
    const response = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'anthropic-version': '2026-10-21' },
      body: JSON.stringify(GOOD),
    });
    expect(await response.json()).toMatchObject({ content: [{ text: 'hello' }] });
  } finally {
    child.stdin.end();
    await rm(directory, { recursive: true });
  }
  expect(await ended).toEqual([0, null]);
});
