import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, expect, test } from 'vitest';
import { CLI } from '../support/cli.ts';
import { makeRepo } from '../support/repos.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('a client of the protocol fixes a repository with our tools', async () => {
  const repository = makeRepo('javascript-pages', home);
  const out = join(home, 'mcp.diff');
  const args = [CLI, 'mcp', '--repo', repository, '--test', 'node --test', '--out', out];
  const env = { PATH: process.env.PATH ?? '', HOME: home };
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: input });
    return { text: (content as { text: string }[])[0]?.text, isError };
  };
  const { tools } = await client.listTools();
  const names = [
    'bash',
    'create',
    'edit',
    'find_file',
    'run_tests',
    'search',
    'submit',
    'undo',
    'view',
  ];
  expect(tools.map(({ name }) => name).sort()).toEqual(names);
  expect((await call('run_tests')).text).toContain('5 passed, 1 failed');
  expect(await call('view', { path: '../..' })).toMatchObject({ isError: true });
  await call('bash', { command: 'sed -i s/floor/ceil/ src/pages.js' });
  expect((await call('run_tests')).text).toContain('1 newly passing');
  expect((await call('submit')).text).toContain('+  return Math.ceil');
  expect((await call('submit')).text).toContain(out);
  await client.close();
  expect(readFileSync(out, 'utf8')).toContain('+  return Math.ceil');
});
