import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { readTrajectory } from '../../src/trajectory/reader.ts';
import { jsonLines, runCli } from '../support/cli.ts';
import { text, thinking, toolUse } from '../support/messages-api/script.ts';
import {
  type MessagesApi,
  type MessagesApiOptions,
  startMessagesApi,
} from '../support/messages-api/server.ts';
import { git, makeRepo } from '../support/repos.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let server: MessagesApi;
afterEach(() => server.close());

let runs = 0;
async function fixWith(options: MessagesApiOptions, ...args: string[]) {
  server = await startMessagesApi(options);
  const folder = mkdtempSync(join(home, `${runs++}-`));
  const repository = makeRepo('javascript-pages', folder);
  const out = join(folder, 'out');
  const env = { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: server.apiKey };
  const common = ['fix', '--repo', repository, '--issue', 'the last page is missing', '--json'];
  const end = await runCli([...common, '--out', out, ...args], { home, env });
  return { ...end, folder, repository, out };
}

const EDIT = {
  path: 'src/pages.js',
  edits: [{ old_text: 'Math.floor(count', new_text: 'Math.ceil(count' }],
};

describe('fix with the real SDK against a local Messages API', () => {
  test('a whole run: thinking, parallel calls, an edit, tests, submit', async () => {
    const { code, stdout, stderr, repository, out } = await fixWith({
      turns: [
        [
          thinking('Where is it?'),
          text('I look.'),
          toolUse('search', { pattern: 'pageCount' }),
          toolUse('view', { path: 'src/pages.js' }),
        ],
        [toolUse('run_tests', {})],
        [toolUse('edit', EDIT)],
        [toolUse('run_tests', {})],
        [toolUse('submit', {})],
        [toolUse('submit', {})],
      ],
    });
    expect(code, stderr + stdout).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ status: 'submitted', steps: 6 });
    expect(git(repository, 'apply', '--numstat', join(out, 'patch.diff'))).toBe(
      '1\t1\tsrc/pages.js\n',
    );
    const { events } = await readTrajectory(join(out, 'trajectory.jsonl'));
    const turns = events.flatMap((event) => (event.type === 'turn' ? [event.turn] : []));
    expect(turns.every(({ requestId }) => requestId?.startsWith('req_'))).toBe(true);
    expect(turns[0]?.usage.costUsd).toBeGreaterThan(0);
    const everything = stdout + stderr + readFileSync(join(out, 'trajectory.jsonl'), 'utf8');
    expect(everything).not.toContain(server.apiKey);
  });

  test('a wrong key: one sentence, exit 2, nothing written', async () => {
    server = await startMessagesApi({ turns: [] });
    const folder = mkdtempSync(join(home, 'key-'));
    const repository = makeRepo('javascript-pages', folder);
    const env = { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: 'sk-wrong' };
    const args = ['fix', '--repo', repository, '--issue', 'x y', '--out', join(folder, 'out')];
    const { code, stderr } = await runCli(args, { home, env });
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/ANTHROPIC_API_KEY/),
    });
    expect(stderr).not.toContain('sk-wrong');
    expect(readdirSync(folder)).toEqual(['javascript-pages']);
  });

  test('a provider that fails for good ends the run with the patch so far', async () => {
    const { code, stdout, out } = await fixWith({
      turns: [
        [toolUse('edit', EDIT)],
        { content: [], stopReason: 'refusal', refusal: { category: 'cyber' } },
      ],
    });
    expect(code).toBe(1);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ status: 'refused', exitCode: 1 });
    expect(readFileSync(join(out, 'patch.diff'), 'utf8')).toContain('+  return Math.ceil');
  });

  test('a dollar limit ends it before the next request', async () => {
    const looking = [toolUse('view', { path: 'src/pages.js' })];
    const { stdout } = await fixWith(
      { turns: Array(9).fill({ content: looking, outputTokens: 3_000 }) },
      ...['--max-cost', '0.06', '--model', 'claude-sonnet-5-5'],
    );
    const result = jsonLines(stdout).at(-1);
    expect(result).toMatchObject({
      status: 'limit',
      reason: expect.stringMatching(/cost limit of \$0\.06 (reached|would be passed)/),
    });
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });
});
