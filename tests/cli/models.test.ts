import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { jsonLines, runCli } from '../support/cli.ts';
import { llamaLibraryFolder } from '../support/gguf/library.ts';
import { scriptedGguf } from '../support/gguf/scripted-gguf.ts';
import { text, toolUse } from '../support/messages-api/script.ts';
import { startMessagesApi } from '../support/messages-api/server.ts';
import { DIALECTS } from '../support/openai-api/dialect.ts';
import { startChatApi } from '../support/openai-api/server.ts';
import { makeRepo } from '../support/repos.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const change = { command: 'sed -i s/floor/ceil/ src/pages.js' };
const TURNS = [[toolUse('bash', change)], [toolUse('submit', {})], [toolUse('submit', {})]];

let runs = 0;
const repository = makeRepo('javascript-pages', home);
async function fix(model: string, env: Record<string, string>, ...args: string[]) {
  const out = join(home, `out-${runs++}`);
  const common = ['fix', '--repo', repository, '--issue', 'a b', '--out', out, '--json'];
  const end = await runCli([...common, '--model', model, ...args], { home, env, cwd: home });
  return { ...end, out, result: jsonLines(end.stdout).at(-1) };
}

test('models tells what would be used and why: flag over environment over file over auto', async () => {
  const config = join(home, 'config.json');
  writeFileSync(config, '{"model": "human"}');
  const key = { ANTHROPIC_API_KEY: 'k' };
  const ask = async (args: string[], env: Record<string, string>) =>
    (await runCli(['models', ...args], { home, env })).stdout.split('\n')[0];
  expect(await ask([], {})).toMatch(/would use +repair.*no ANTHROPIC_API_KEY/);
  expect(await ask([], key)).toMatch(/claude-sonnet-5-5.*ANTHROPIC_API_KEY is in the environment/);
  expect(await ask(['--config', config], key)).toMatch(/human.*configuration file/);
  const env = { ...key, PATCHWRIGHT_MODEL: 'claude-opus-5-5' };
  expect(await ask(['--config', config], env)).toMatch(/claude-opus-5-5.*PATCHWRIGHT_MODEL/);
  expect(await ask(['--model', 'repair'], env)).toMatch(/repair.*--model/);
});

test('models list and remove manage a folder; a package that is missing is told with its command', async () => {
  const folder = join(home, '.local', 'share', 'patchwright', 'models');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tiny.gguf'), 'GGUF');
  expect((await runCli(['models', 'list'], { home })).stdout).toContain('tiny.gguf');
  expect(await runCli(['models', 'remove', 'other.gguf'], { home })).toMatchObject({ code: 2 });
  expect(await runCli(['models', 'remove', 'tiny.gguf'], { home })).toMatchObject({ code: 0 });
  expect((await runCli(['models', 'list'], { home })).stdout).toContain('no models');
});

test('a server of chat completions', async () => {
  const server = await startChatApi({ turns: TURNS });
  try {
    const env = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: server.apiKey };
    const { code, stderr, result, out } = await fix('openai:local-model', env);
    expect(result, stderr).toMatchObject({ status: 'submitted', usage: { costUsd: null } });
    expect(code).toBe(0);
    expect(readFileSync(join(out, 'patch.diff'), 'utf8')).toContain('+  return Math.ceil');
    const limited = await fix('openai:local-model', env, '--max-cost', '1');
    expect(limited).toMatchObject({ code: 2, stderr: expect.stringMatching(/price.*unknown/) });
  } finally {
    await server.close();
  }
});

test('a server that refuses tools: the text protocol, by itself', async () => {
  const call = (tool: string, input: object) => [
    text(`I go on.\n\`\`\`json\n${JSON.stringify({ tool, input })}\n\`\`\``),
  ];
  const server = await startChatApi({
    turns: [call('bash', change), call('submit', {}), call('submit', {})],
    dialect: { ...DIALECTS.vllm, tools: 'refused' },
  });
  try {
    const env = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: server.apiKey };
    const { result, stderr, out } = await fix('openai:local-model', env);
    expect(result, stderr).toMatchObject({ status: 'submitted', steps: 3 });
    expect(readFileSync(join(out, 'patch.diff'), 'utf8')).toContain('+  return Math.ceil');
  } finally {
    await server.close();
  }
});

test('a model in the process, from a file of weights', async () => {
  const answer = (thought: string, tool: string, input: object) =>
    JSON.stringify({ thought, action: { tool, input } });
  const model = join(home, 'answers.gguf');
  const bash = answer('I change it.', 'bash', { ...change, timeout: null });
  const submit = answer('Done.', 'submit', { leave_out: null });
  writeFileSync(model, scriptedGguf([bash, submit], 65_536));
  const config = join(home, 'gguf.json');
  writeFileSync(config, '{"contextTokens": 60000}');
  symlinkSync(join(await llamaLibraryFolder(), 'node_modules'), join(home, 'node_modules'));
  const { result, stderr, out } = await fix(
    ...([`gguf:${model}`, {}, '--config', config] as const),
    ...['--tools', '-view,-search,-find_file,-edit,-create,-undo,-run_tests'],
  );
  expect(result, stderr).toMatchObject({ status: 'submitted', steps: 3 });
  expect(readFileSync(join(out, 'patch.diff'), 'utf8')).toContain('+  return Math.ceil');
}, 300_000);

test('a run that was recorded plays again without a server or a key', async () => {
  const server = await startMessagesApi({ turns: TURNS });
  const record = join(home, 'run.recording');
  const env = { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: server.apiKey };
  const first = await fix('anthropic', env, '--record', record);
  await server.close();
  expect(first.result, first.stderr).toMatchObject({ status: 'submitted' });
  expect(readFileSync(record, 'utf8')).not.toContain(server.apiKey);
  const again = await fix(`recorded:${record}`, {});
  expect(again.result, again.stderr).toMatchObject({ status: 'submitted' });
  expect(again.result?.usage).toEqual(first.result?.usage);
  writeFileSync(join(repository, 'src', 'pages.js'), 'export const nothing = 1;\n');
  const other = await fix(`recorded:${record}`, {});
  expect(other).toMatchObject({
    code: 1,
    result: { status: 'error', reason: expect.stringMatching(/differs/) },
  });
});
