import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { git, makeRepo, snapshot } from '../support/repos.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const out = join(home, 'out');
let repository: string;

beforeAll(() => {
  repository = makeRepo('javascript-pages', home);
  mkdirSync(join(home, 'no-repository'));
  writeFileSync(join(home, 'empty.md'), ' \n');
  writeFileSync(join(home, 'config.json'), '{"maxStep": 3}');
  writeFileSync(join(home, 'script.json'), '[{"actions": [{"tol": "view"}]}]');
  git(repository, 'branch', 'taken');
});

const ISSUE = ['--issue', 'it is wrong'];
const fixHere = (...args: string[]) => ['fix', '--repo', repository, '--out', out, ...args];

describe('bad input: one clear sentence, exit 2, nothing written', () => {
  const cases: [string, () => string[], RegExp][] = [
    ['an unknown option', () => fixHere(...ISSUE, '--turbo'), /unknown option '--turbo'/],
    ['an unknown command', () => ['mend'], /unknown command 'mend'/],
    ['no issue', () => fixHere(), /required option '--issue/],
    ['an empty issue', () => fixHere('--issue', join(home, 'empty.md')), /the issue is empty/],
    ['a missing issue file', () => fixHere('--issue', './nowhere.md'), /there is no file/],
    [
      'a repository that is none',
      () => ['fix', '--repo', join(home, 'no-repository'), '--out', out, ...ISSUE],
      /--repo.*git/,
    ],
    [
      'a repository that is not there',
      () => ['fix', '--repo', join(home, 'nothing'), '--out', out, ...ISSUE],
      /--repo/,
    ],
    ['a base that does not exist', () => fixHere(...ISSUE, '--base', 'abc1234'), /--base.*abc1234/],
    ['a base that is an option', () => fixHere(...ISSUE, '--base=--all'), /--base/],
    [
      'a test command that does not start',
      () => fixHere(...ISSUE, '--test', 'nosuchrunner -v'),
      /--test.*nosuchrunner/,
    ],
    ['an empty test command', () => fixHere(...ISSUE, '--test', ' '), /--test.*empty/],
    ['an unknown model', () => fixHere(...ISSUE, '--model', 'gpt9'), /gpt9/],
    [
      'a model without its key',
      () => fixHere(...ISSUE, '--model', 'claude-opus-5-5'),
      /ANTHROPIC_API_KEY/,
    ],
    [
      'a script with a wrong field',
      () => fixHere(...ISSUE, '--model', `scripted:${join(home, 'script.json')}`),
      /script\.json.*turn 1/s,
    ],
    ['a budget of 0', () => fixHere(...ISSUE, '--max-cost', '0'), /--max-cost/],
    ['0 steps', () => fixHere(...ISSUE, '--max-steps', '0'), /--max-steps/],
    ['no time', () => fixHere(...ISSUE, '--max-time', '0'), /--max-time/],
    [
      'an unknown sandbox',
      () => fixHere(...ISSUE, '--sandbox', 'vm'),
      /--sandbox.*auto, bubblewrap, none/,
    ],
    ['an unknown tool', () => fixHere(...ISSUE, '--tools', '+teleport'), /no tool "teleport"/],
    [
      'a configuration with a wrong field',
      () => fixHere(...ISSUE, '--config', join(home, 'config.json')),
      /maxStep/,
    ],
    ['--apply with --branch', () => fixHere(...ISSUE, '--apply', '--branch', 'x'), /--branch/],
    ['a branch that is there', () => fixHere(...ISSUE, '--branch', 'taken'), /--branch.*taken/],
    ['a branch name git refuses', () => fixHere(...ISSUE, '--branch', 'a..b'), /--branch.*a\.\.b/],
    [
      '--apply to an address',
      () => ['fix', '--repo', 'https://example.invalid/x.git', '--out', out, ...ISSUE, '--apply'],
      /local repository/,
    ],
  ];

  test.each(cases)('%s', async (_, args, message) => {
    const before = snapshot(repository);
    const { code, stdout, stderr } = await runCli(args(), { home, cwd: repository });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
    expect(stderr).not.toMatch(/at .*\.js:\d+/);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(readdirSync(home)).not.toContain('out');
    expect(readdirSync(home)).not.toContain('.local');
    expect(snapshot(repository)).toBe(before);
  });

  test('an output folder that holds a run already', async () => {
    const used = join(home, 'used');
    mkdirSync(used);
    writeFileSync(join(used, 'trajectory.jsonl'), 'precious\n');
    const args = ['fix', '--repo', repository, '--out', used, ...ISSUE];
    const { code, stderr } = await runCli(args, { home });
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/holds a run/),
    });
    expect(readdirSync(used)).toEqual(['trajectory.jsonl']);
  });
});

test('no arguments at all print the help and exit 2', async () => {
  const { code, stdout } = await runCli([], { home });
  expect({ code, stdout }).toMatchObject({ code: 2, stdout: expect.stringContaining('fix') });
});

test('--help and --version exit 0', async () => {
  expect(await runCli(['--help'], { home })).toMatchObject({ code: 0, stderr: '' });
  const { code, stdout } = await runCli(['--version'], { home });
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});
