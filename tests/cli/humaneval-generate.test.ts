import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { runCli, startCli } from '../support/cli.ts';
import { text, toolUse } from '../support/messages-api/script.ts';
import {
  type MessagesApi,
  type MessagesApiOptions,
  startMessagesApi,
} from '../support/messages-api/server.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-humaneval-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let server: MessagesApi | undefined;
afterEach(stopServer);

async function stopServer(): Promise<void> {
  await server?.close();
  server = undefined;
}

const lines = (values: readonly unknown[]) =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');
const NAMES = ['one', 'two', 'three'];
const problems = NAMES.map((name, at) => ({
  task_id: `Test/${at}`,
  prompt: `def ${name}():\n    """Return ${at + 1}."""\n`,
  entry_point: name,
  canonical_solution: `    return ${at + 1}\n`,
  test: `def check(candidate):\n    assert candidate() == ${at + 1}\n`,
}));
writeFileSync(join(home, 'problems.jsonl'), lines(problems));

let files = 0;
const newFile = () => `samples-${files++}.jsonl`;
const samplesOf = (file: string) =>
  readFileSync(join(home, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { task_id: string; completion: string; cost_usd: number });

/** Answers each problem rightly; the function is named in the last line of the prompt's text. */
const RIGHT: MessagesApiOptions = {
  turns: ({ messages }) => {
    const asked = JSON.stringify(messages.at(-1));
    const at = NAMES.findIndex((name) => asked.includes(`def ${name}()`));
    return [toolUse('answer', { code: `def ${NAMES[at]}():\n    return ${at + 1}\n` })];
  },
};

async function start(options: MessagesApiOptions, file: string, ...args: string[]) {
  server = await startMessagesApi(options);
  const env = { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: server.apiKey };
  const command = ['humaneval', 'generate', 'problems.jsonl', '--out', file];
  return startCli([...command, '--model', 'claude-sonnet-5-5', ...args], { home, cwd: home, env });
}

const evaluate = (file: string) =>
  runCli(
    ['humaneval', '--problems', 'problems.jsonl', '--samples', file, '--timeout', '10s', '--json'],
    { home, cwd: home },
  );

describe('patchwright humaneval generate', () => {
  it('has a model complete every problem, and what it writes can be run', async () => {
    const file = newFile();
    const { code, stdout, stderr } = await (await start(RIGHT, file, '-n', '2', '-j', '3'))
      .finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/6 of 6 samples, \$0\.\d+\nnext {2}patchwright humaneval/);
    const ids = samplesOf(file).map(({ task_id }) => task_id);
    expect(ids.toSorted()).toEqual(['Test/0', 'Test/0', 'Test/1', 'Test/1', 'Test/2', 'Test/2']);
    // No problem is asked for a second time before all have been asked once.
    expect(ids.slice(0, 3).toSorted()).toEqual(['Test/0', 'Test/1', 'Test/2']);
    expect(samplesOf(file)[0]?.cost_usd).toBeGreaterThan(0);
    const { stdout: result } = await evaluate(file);
    expect(JSON.parse(result)).toMatchObject({ samples: 6, passed: 6, rates: { 'pass@1': 1 } });
  });

  it('goes on where it was cut, in the middle of a line too', async () => {
    const file = newFile();
    expect((await (await start(RIGHT, file)).finished).code).toBe(0);
    await stopServer();
    const first = readFileSync(join(home, file), 'utf8');
    appendFileSync(join(home, file), '{"task_id": "Test/0", "compl');
    const { code, stdout } = await (await start(RIGHT, file, '-n', '2', '--json')).finished;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ samples: 6, made: 3, failed: [], limit: null });
    expect(readFileSync(join(home, file), 'utf8').startsWith(first)).toBe(true);
    expect(samplesOf(file)).toHaveLength(6);
    expect(server?.requests).toHaveLength(3);
  });

  it('keeps to a cost limit, over all runs for a file, and tells so', async () => {
    const file = newFile();
    await (await start(RIGHT, file)).finished;
    await stopServer();
    const spent = samplesOf(file).reduce((sum, sample) => sum + sample.cost_usd, 0);
    const most = Math.max(...samplesOf(file).map((sample) => sample.cost_usd));
    const limit = (spent + 1.5 * most).toFixed(9);
    const { code, stdout } = await (
      await start(RIGHT, file, '-n', '9', '-j', '2', '--max-cost', limit)
    ).finished;
    expect(code).toBe(1);
    expect(stdout).toContain(`the cost limit of $${Number(limit)} is reached`);
    expect(stdout).toContain('4 of 27 samples');
    expect(samplesOf(file).reduce((sum, sample) => sum + sample.cost_usd, 0)).toBeLessThan(
      Number(limit),
    );
  });

  it('keeps what there is when it is interrupted', async () => {
    const file = newFile();
    let asked = () => {};
    const second = new Promise<void>((done) => {
      asked = done;
    });
    const started = await start(
      {
        turns: (request, n) => {
          if (n === 0) return (RIGHT.turns as (r: unknown, n: number) => never)(request, n);
          asked();
          return { content: [text('late')], delay: 60_000 };
        },
      },
      file,
    );
    await second;
    started.child.kill('SIGINT');
    const { code, stdout } = await started.finished;
    expect(code).toBe(130);
    expect(stdout).toMatch(/interrupted\n1 of 3 samples/);
    expect(samplesOf(file)).toHaveLength(1);
  });

  it('writes a refusal down as a sample that fails', async () => {
    const file = newFile();
    const { code } = await (
      await start({ turns: () => ({ content: [], stopReason: 'refusal' }) }, file)
    ).finished;
    expect(code).toBe(0);
    expect(samplesOf(file)[0]).toMatchObject({ completion: '', refused: expect.any(String) });
  });

  it('takes the answer of any model: a script', async () => {
    const file = newFile();
    const answer = { code: 'def one():\n    return 1' };
    writeFileSync(
      join(home, 'script.json'),
      JSON.stringify([{ actions: [{ tool: 'answer', input: answer }] }]),
    );
    const args = ['humaneval', 'generate', 'problems.jsonl', '--out', file];
    const end = await runCli([...args, '--model', 'scripted:script.json'], { home, cwd: home });
    expect(end.code, end.stderr).toBe(0);
    expect(JSON.parse((await evaluate(file)).stdout)).toMatchObject({ samples: 3, passed: 1 });
  });

  it.each([
    [['--model', 'repair'], /repair completes no functions/],
    [['--model', 'claude-sonnet-5-5'], /ANTHROPIC_API_KEY/],
    [['--model', 'scripted:none.json'], /none\.json cannot be read/],
    [['--model', 'repair', '-n', '0'], /--samples: "0"/],
    [['--model', 'scripted:script.json', '--out', 'problems.jsonl'], /line 1 is no sample/],
  ])('refuses %j', async (args, message) => {
    const command = ['humaneval', 'generate', 'problems.jsonl', '--out', 'refused.jsonl', ...args];
    const { code, stderr } = await runCli(command, { home, cwd: home });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
