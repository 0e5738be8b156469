import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readTrajectory } from '../../src/trajectory/reader.ts';
import { jsonLines, runCli } from '../support/cli.ts';
import { git, makeRepo, snapshot } from '../support/repos.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

let folders = 0;
const newFolder = () => mkdtempSync(join(home, `${folders++}-`));

const REPOS = [
  { name: 'python-intervals', test: 'python3 -m unittest', file: 'intervals/merge.py' },
  { name: 'javascript-pages', test: 'node --test', file: 'src/pages.js' },
  { name: 'typescript-ring', test: 'npm test', file: 'src/ring.ts' },
];

/** Applies a patch on a clean checkout of the base and runs the tests there. */
function testsAfter(repository: string, patchFile: string, command: string): number | null {
  const clean = newFolder();
  execFileSync('cp', ['-a', `${repository}/.`, clean]);
  git(clean, 'checkout', '--quiet', '--force', 'main');
  git(clean, 'apply', '--check', patchFile);
  git(clean, 'apply', patchFile);
  return spawnSync('bash', ['-c', command], { cwd: clean }).status;
}

describe.each(REPOS)(
  'fix repairs $name with the embedded default',
  ({ name, test: command, file }) => {
    test.each(['auto', 'none'])('in the sandbox %s', async (sandbox) => {
      const repository = makeRepo(name, newFolder());
      const before = snapshot(repository);
      const out = join(newFolder(), 'out');
      const args = ['fix', '--repo', repository, '--issue', join(repository, 'issue.md')];
      const rest = ['--test', command, '--sandbox', sandbox, '--out', out, '--json'];
      const { code, stdout, stderr } = await runCli([...args, ...rest], { home });
      const lines = jsonLines(stdout);
      expect(lines.at(-1), stderr).toMatchObject({
        type: 'result',
        status: 'submitted',
        exitCode: 0,
      });
      expect(code).toBe(0);
      const patchFile = join(out, 'patch.diff');
      expect(readFileSync(patchFile, 'utf8')).toContain(`+++ b/${file}`);
      expect(git(repository, 'apply', '--numstat', patchFile).trim().split('\n')).toHaveLength(1);
      expect(testsAfter(repository, patchFile, command)).toBe(0);
      expect(snapshot(repository)).toBe(before);
      const read = await readTrajectory(join(out, 'trajectory.jsonl'));
      expect(read.complete).toBe(true);
      expect(read.events).toEqual(lines.slice(0, -1));
      expect(read.events.at(-1)).toMatchObject({
        type: 'outcome',
        outcome: { status: 'submitted', patch: readFileSync(patchFile, 'utf8') },
      });
    });
  },
);

describe('what becomes of the patch', () => {
  async function fixPages(...args: string[]) {
    const repository = makeRepo('javascript-pages', newFolder());
    const out = join(newFolder(), 'out');
    const common = ['--issue', 'the last page is missing', '--test', 'node --test', '--out', out];
    const end = await runCli(['fix', '--repo', repository, ...common, ...args], { home });
    return { repository, out, ...end };
  }

  test('--apply changes the working tree and nothing else', async () => {
    const { repository, code, stdout } = await fixPages('--apply');
    expect(code, stdout).toBe(0);
    expect(git(repository, 'status', '--short').trim()).toBe('M src/pages.js');
    expect(spawnSync('node', ['--test'], { cwd: repository }).status).toBe(0);
    expect(stdout).toMatch(
      /submitted.*src\/pages\.js \| \+1 -1.*patch {7}\S+patch\.diff\ntrajectory.*next/s,
    );
  });

  test('--branch makes one commit on the base and leaves the working tree alone', async () => {
    const { repository, code, stdout } = await fixPages('--branch', 'fix/pages');
    expect(code, stdout).toBe(0);
    expect(git(repository, 'status', '--short')).toBe('');
    expect(git(repository, 'rev-parse', 'fix/pages^')).toBe(git(repository, 'rev-parse', 'main'));
    expect(git(repository, 'diff', '--stat', 'main', 'fix/pages')).toContain('src/pages.js');
    expect(git(repository, 'log', '-1', '--format=%s', 'fix/pages').trim()).toBe(
      'Fix: the last page is missing',
    );
  });

  test('a dirty working tree is copied as it is and never touched', async () => {
    const repository = makeRepo('python-intervals', newFolder());
    writeFileSync(join(repository, 'notes.txt'), 'mine\r\n');
    const module = join(repository, 'intervals', 'merge.py');
    writeFileSync(module, `${readFileSync(module, 'utf8')}\n\nANSWER = 42\n`);
    const before = snapshot(repository);
    const out = join(newFolder(), 'out');
    const args = ['--issue', 'touching intervals', '--test', 'python3 -m unittest', '--out', out];
    const { code, stdout } = await runCli(['fix', ...args], { home, cwd: repository });
    expect(code, stdout).toBe(0);
    expect(snapshot(repository)).toBe(before);
    const patch = readFileSync(join(out, 'patch.diff'), 'utf8');
    expect(patch).not.toMatch(/notes|ANSWER = 42\n\+|^\+ANSWER/m);
    git(repository, 'apply', '--check', join(out, 'patch.diff'));
  });
});

describe('where repair cannot help it says so and exits 1 without a patch', () => {
  test('no failing test', async () => {
    const repository = makeRepo('javascript-pages', newFolder());
    const file = join(repository, 'test', 'pages.test.js');
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, lines.filter((line) => !line.includes('not full')).join('\n'));
    const out = join(newFolder(), 'out');
    const args = [
      '--repo',
      repository,
      '--issue',
      'it is slow',
      '--test',
      'node --test',
      '--out',
      out,
    ];
    const { code, stdout } = await runCli(['fix', ...args], { home });
    expect(code).toBe(1);
    expect(stdout).toMatch(/refused: No patch was found: no test fails/);
    expect(existsSync(join(out, 'patch.diff'))).toBe(false);
    expect((await readTrajectory(join(out, 'trajectory.jsonl'))).complete).toBe(true);
  });
});
