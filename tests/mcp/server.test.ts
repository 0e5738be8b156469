import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serveMcp } from '../../src/mcp/server.ts';
import { defaultTools } from '../../tools/index.ts';
import { type Bench, openBench } from '../tools/harness.ts';

let bench: Bench;
let client: Client;
let served: Promise<void>;
const told: string[] = [];

beforeEach(async () => {
  bench = openBench({
    git: true,
    files: {
      'src/sum.mjs': 'export function sum(a, b) {\n  return a - b;\n}\n',
      'test/sum.test.mjs':
        "import assert from 'node:assert';\nimport test from 'node:test';\nimport { sum } from '../src/sum.mjs';\ntest('sums', () => assert.equal(sum(1, 2), 3));\n",
      'package.json': '{ "name": "sum", "scripts": { "test": "node --test" } }\n',
    },
  });
  told.length = 0;
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  served = serveMcp({
    tools: defaultTools,
    context: bench.context,
    version: '1.2.3',
    transport: theirs,
    onCall: (tool) => told.push(tool),
    onSubmitted: async () => 'The patch is in fix.patch.',
  });
  client = new Client({ name: 'test', version: '0' });
  await client.connect(mine);
});
afterEach(async () => {
  await client.close();
  await served;
  await bench.close();
});

async function call(name: string, input: Record<string, unknown> = {}) {
  const answer = await client.callTool({ name, arguments: input });
  const [part] = answer.content as { type: string; text: string }[];
  return { text: part?.text ?? '', isError: answer.isError };
}

describe('patchwright as an MCP server', () => {
  test('says what it is and how to work with it', () => {
    expect(client.getServerVersion()).toMatchObject({ name: 'patchwright', version: '1.2.3' });
    expect(client.getInstructions()).toContain(bench.root);
  });

  test('lists every tool with its schema', async () => {
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(defaultTools.map((tool) => tool.name));
    const edit = tools.find((tool) => tool.name === 'edit');
    expect(edit?.inputSchema).toMatchObject({ type: 'object', required: ['path'] });
    expect(edit?.annotations?.readOnlyHint).toBe(false);
    expect(tools.find((tool) => tool.name === 'view')?.annotations?.readOnlyHint).toBe(true);
  });

  test('carries out every tool', async () => {
    expect((await call('view', { path: '.' })).text).toContain('sum.mjs 46 B');
    expect((await call('search', { pattern: 'sum', kind: 'symbol' })).text).toContain(
      'src/sum.mjs:1-3',
    );
    expect((await call('find_file', { name: 'sum.mjs' })).text).toContain('src/sum.mjs');
    const made = await call('create', { path: 'notes.md', content: '# Notes\n' });
    expect(made.text).toBe('[notes.md was made: 1 line]');
    expect((await call('undo')).text).toContain('notes.md was removed again');
    const edit = { path: 'src/sum.mjs', old_text: 'a - b', new_text: 'a + b' };
    expect((await call('edit', edit)).text).toContain('2\t  return a + b;');
    const tests = { command: 'node --test test/ >/dev/null && echo passed' };
    expect((await call('bash', tests)).text).toBe('passed');
    expect((await call('run_tests')).text).toMatch(/newly passing/i);
    expect((await call('submit')).text).toContain('+  return a + b;');
    expect((await call('submit')).text).toBe('Submitted.\nThe patch is in fix.patch.');
    expect(told).toEqual([
      'view',
      'search',
      'find_file',
      'create',
      'undo',
      'edit',
      'bash',
      'run_tests',
      'submit',
      'submit',
    ]);
  });

  test('tells errors as results: a failed call, a wrong input, an unknown tool', async () => {
    const missing = await call('view', { path: 'src/summ.mjs' });
    expect(missing).toMatchObject({ isError: true });
    expect(missing.text).toContain('Similar paths: src/sum.mjs');
    expect((await call('view', { file: 'x' })).text).toContain('The call of view was not run');
    expect((await call('delete')).text).toContain('There is no tool named "delete"');
  });

  test('carries out calls one after the other', async () => {
    const slow = call('bash', { command: 'sleep 0.3; echo 1 > first' });
    const quick = call('bash', { command: 'cat first' });
    expect((await quick).text).toBe('1');
    await slow;
  });

  test('aborts a call that the client cancels, and goes on', async () => {
    const abort = new AbortController();
    const hanging = client.callTool(
      { name: 'bash', arguments: { command: 'echo started > mark; sleep 100' } },
      undefined,
      { signal: abort.signal },
    );
    setTimeout(() => abort.abort('enough'), 300);
    await expect(hanging).rejects.toThrow('enough');
    expect((await call('bash', { command: 'cat mark' })).text).toBe('started');
  });
});
