import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { makeTasks } from '../support/batch.ts';
import { jsonLines, runCli } from '../support/cli.ts';
import { FAULTS } from '../support/messages-api/faults.ts';
import { text, toolUse } from '../support/messages-api/script.ts';
import {
  type MessagesApi,
  type MessagesApiOptions,
  startMessagesApi,
} from '../support/messages-api/server.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-batch-service-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let server: MessagesApi | undefined;
afterEach(() => server?.close());

async function batchWith(options: MessagesApiOptions, names: readonly string[], ...args: string[]) {
  server = await startMessagesApi(options);
  const folder = mkdtempSync(join(home, 'test-'));
  const tasks = makeTasks(folder, names);
  const out = join(folder, 'out');
  const env = { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: server.apiKey };
  const common = ['batch', tasks, '--model', 'claude-sonnet-5-5', '--sandbox', 'none', '--json'];
  const end = await runCli([...common, '--out', out, ...args], { home, cwd: folder, env });
  return { ...end, out };
}

const set = (value: string) => [
  toolUse('bash', { command: `sed -i 's/value = 1/value = ${value}/' value.txt` }),
];
const SUBMIT = [toolUse('submit', {})];
const resultOf = (out: string, id: string) =>
  JSON.parse(readFileSync(join(out, id, 'result.json'), 'utf8'));

test('when the service tells one worker to wait, all of them wait', async () => {
  const arrivals: number[] = [];
  let refusedAt: number | null = null;
  const turns = [
    ...Array.from({ length: 6 }, (_, n) => [toolUse('bash', { command: `echo ${n}` })]),
    set('2'),
    SUBMIT,
    SUBMIT,
  ];
  const { code, stderr, stdout } = await batchWith(
    {
      turns: ({ messages }) =>
        turns[messages.filter(({ role }) => role === 'assistant').length] ?? [],
      faults: () => {
        const now = performance.now();
        arrivals.push(now);
        if (arrivals.length !== 12) return undefined;
        refusedAt = now;
        return FAULTS.rateLimit(2);
      },
    },
    ['one', 'two', 'three', 'four'],
    '-j',
    '4',
  );
  expect(code, stderr).toBe(0);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ statuses: { submitted: 4 } });
  expect(stdout).toContain('as all runs do');
  // What was on its way when the refusal was sent still arrives.
  const quiet = arrivals.filter(
    (at) => refusedAt && at > refusedAt + 500 && at < refusedAt + 1_900,
  );
  expect(quiet).toEqual([]);
  expect(arrivals).toHaveLength(4 * turns.length + 1);
});

test('a wrong key ends the batch at once with exit 2', async () => {
  const names = ['one', 'two'];
  const { code, stderr } = await batchWith(
    { turns: [], faults: () => ({ kind: 'status', status: 401, type: 'authentication_error' }) },
    names,
    '-j',
    '1',
  );
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/ANTHROPIC_API_KEY/),
  });
  expect(server?.requests).toHaveLength(1);
});

test('three attempts: the change that two of them made is taken', async () => {
  const values = ['3', '2', '2'];
  const turns = values.flatMap((value) => [set(value), SUBMIT, SUBMIT]);
  const many = ['--attempts', '3', '--choose', 'vote'];
  const { code, stderr, out } = await batchWith({ turns }, ['one'], ...many);
  expect(code, stderr).toBe(0);
  const result = resultOf(out, 'one');
  expect(result.choice).toMatchObject({
    by: 'vote',
    chosen: 2,
    reason: '2 of 3 attempts made the same change',
    attempts: [{ score: 'votes 1' }, { score: 'votes 2' }, { score: 'votes 2' }],
  });
  expect(result.patch).toContain('+value = 2');
  expect(result.usage.costUsd).toBeGreaterThan(0);
});

test('a review reads the issue and all patches, and its choice is explained', async () => {
  const turns = [
    ...['3', '2'].flatMap((value) => [set(value), SUBMIT, SUBMIT]),
    [text('Patch 1 sets another value. Patch 2 does what is asked.\n\nCHOICE: 2')],
  ];
  const many = ['--attempts', '2', '--choose', 'review'];
  const { code, stderr, out } = await batchWith({ turns }, ['one'], ...many);
  expect(code, stderr).toBe(0);
  const asked = JSON.stringify(server?.requests.at(-1)?.body?.messages);
  for (const part of ['It should be 2', '+value = 3', '+value = 2']) expect(asked).toContain(part);
  expect(resultOf(out, 'one').choice).toMatchObject({
    by: 'review',
    chosen: 2,
    reason: expect.stringContaining('Patch 2 does what is asked'),
  });
});
