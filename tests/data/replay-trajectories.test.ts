import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importTrajectory } from '../../src/trajectory/formats/import.ts';
import { recordedRun } from '../../src/trajectory/formats/own-run.ts';
import { parseWindow } from '../../src/trajectory/formats/sweagent/window.ts';
import { runCli } from '../support/cli.ts';
import { commitAll } from '../support/repos.ts';

const saved = fileURLToPath(new URL('../../../shared/data/trajectories/', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Builds the repository that a recording shows: the one file that it opens, as its first window has it. */
function repositoryOf(name: string, path: string, mode: number): string {
  const text = readFileSync(join(saved, name), 'utf8');
  const run = recordedRun(importTrajectory(text, { name, importedAt: '2026-01-01T00:00:00Z' }));
  const windows = run.steps.map(({ observations }) => parseWindow(observations[0]?.text ?? ''));
  const first = windows.find((window) => window !== null);
  expect(first?.lines).toHaveLength(first?.totalLines ?? -1);
  const folder = join(home, name);
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), `${first?.lines.join('\n')}\n`);
  chmodSync(join(folder, path), mode);
  commitAll(folder);
  return folder;
}

async function replay(name: string, repository: string, env: Record<string, string> = {}) {
  return runCli(['replay', join(saved, name), '--repo', repository], { home, cwd: home, env });
}

describe('on repositories built from the recorded observations', () => {
  test.each([
    ['humanevalfix-python-0.traj', 'main.py', 0o644, 'a4909b2', 5],
    ['missing-colon-replace.traj', 'tests/missing_colon.py', 0o755, '5857437', 5],
    ['function-calling-history-only.traj', 'tests/missing_colon.py', 0o755, '5857437', 5],
  ])('%s replays', async (name, path, mode, blob, steps) => {
    const { code, stdout, stderr } = await replay(name, repositoryOf(name, path, mode));
    expect(stdout, stderr).toContain(`patch ok    ${path}  ${blob}`);
    expect(stdout).toContain(`agrees: ${steps} of ${steps} steps the same`);
    expect(code).toBe(0);
  });

  test('mini-v1-github-issue.traj.json ends with the recorded blob', async () => {
    const other = 'missing-colon-replace.traj';
    const folder = join(home, other);
    const repository = existsSync(folder)
      ? folder
      : repositoryOf(other, 'tests/missing_colon.py', 0o755);
    const { stdout } = await replay('mini-v1-github-issue.traj.json', repository);
    expect(stdout).toContain('patch ok    tests/missing_colon.py  f55e657');
    // The other files of that repository are known by `ls` only.
    expect(stdout.match(/DIFF {2}bash (.*?) {2}/g)).toEqual([
      'DIFF  bash ls -la  ',
      'DIFF  bash ls -la tests/  ',
    ]);
  });
});

/**
 * Builds marshmallow as the recordings found it: the package at the version that fixed their issue, with the fixed
 * lines put back and the top-level names that `ls` shows.
 */
function fetchMarshmallow(): string {
  const download = join(home, 'download');
  const wanted = ['--no-deps', '--no-binary', 'marshmallow', 'marshmallow==3.14.0'];
  execFileSync('python3', ['-m', 'pip', 'download', '--quiet', '--dest', download, ...wanted]);
  execFileSync('tar', [
    '--no-same-owner',
    '-xzf',
    join(download, 'marshmallow-3.14.0.tar.gz'),
    '-C',
    home,
  ]);
  const folder = join(home, 'marshmallow-3.14.0');
  const fields = join(folder, 'src/marshmallow/fields.py');
  const fixed =
    / {8}delta = utils\.timedelta_to_microseconds\(value\)\n.*\n {8}return delta \/\/ unit\n/;
  const broken = '        return int(value.total_seconds() / base_unit.total_seconds())\n';
  writeFileSync(fields, readFileSync(fields, 'utf8').replace(fixed, broken));
  const blob = execFileSync('git', ['hash-object', fields], { encoding: 'utf8' });
  expect(blob.slice(0, 7)).toBe('ad388c7');
  const name = 'marshmallow-1867-line-range-edit.traj';
  const steps = JSON.parse(readFileSync(join(saved, name), 'utf8')).trajectory;
  const listed: string[] = steps[3].observation.trim().split('\n');
  const names = listed.filter((entry) => entry !== 'reproduce.py');
  for (const entry of names.filter((each) => !existsSync(join(folder, each)))) {
    if (entry.endsWith('/')) mkdirSync(join(folder, entry));
    writeFileSync(join(folder, entry.endsWith('/') ? `${entry}kept` : entry), '');
  }
  for (const entry of readdirSync(folder)) {
    const known = names.some((each) => each.replace('/', '') === entry);
    if (!known) rmSync(join(folder, entry), { recursive: true });
  }
  commitAll(folder);
  return folder;
}

describe('on the source of marshmallow, from the Python package index', () => {
  let repository = '';
  beforeAll(() => {
    repository = fetchMarshmallow();
  }, 300_000);

  test.each([
    ['marshmallow-1867-line-range-edit.traj', '20da768'],
    ['marshmallow-1867-function-calling-replace.traj', '168a845'],
  ])('%s replays', async (name, blob) => {
    const { code, stdout, stderr } = await replay(name, repository, { PYTHONPATH: 'src' });
    expect(stdout, stderr).toContain(`patch ok    src/marshmallow/fields.py  ${blob}`);
    expect(stdout).toMatch(/^ {3}7 {2}ok {4}edit/m);
    expect(stdout).toContain('agrees: 11 of 11 steps the same');
    expect(code).toBe(0);
  });
});
