import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RepairData } from '../../src/repair/result.ts';
import { jsonLines, runCli } from '../support/cli.ts';
import { git, makeRepo } from '../support/repos.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is downloaded stays in the user's home; what the run keeps goes into a folder of its own. */
async function repaired(repository: string, out: string) {
  const issue = ['--issue', 'Overlap of two closed ranges is one too small'];
  const run = ['fix', '--repo', repository, ...issue, '--out', out, '--model', 'repair', '--json'];
  const env = { HOME: homedir(), XDG_STATE_HOME: join(folder, 'state') };
  const { code, stdout, stderr } = await runCli(run, { home: folder, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  const events = jsonLines(readFileSync(join(out, 'trajectory.jsonl'), 'utf8'));
  const found = events.flatMap((event) => {
    const { observation } = event as { observation?: { data?: unknown } };
    const parsed = RepairData.safeParse(observation?.data);
    return parsed.success ? [parsed.data] : [];
  });
  expect(jsonLines(stdout).at(-1)).toMatchObject({ status: 'submitted' });
  return found[0];
}

test('repairs a Go project, many candidates in one program', async () => {
  const repository = makeRepo('go-ranges', folder);
  const data = await repaired(repository, join(folder, 'go'));
  expect(data?.suspicious[0]).toMatchObject({ path: 'ranges.go', function: 'Overlap' });
  expect(data?.tried).toBeGreaterThan(100);
  git(repository, 'apply', join(folder, 'go/patch.diff'));
  expect(execFileSync('go', ['test', './...'], { cwd: repository, encoding: 'utf8' })).toMatch(
    /^ok/,
  );
});

test('repairs a Maven project, candidates compiled in memory', async () => {
  const repository = makeRepo('java-ranges', folder);
  const options = { cwd: repository, encoding: 'utf8' } as const;
  // Nothing can be downloaded inside the sandbox.
  execFileSync('mvn', ['-q', '-B', '-Dmaven.test.failure.ignore=true', 'test'], options);
  const data = await repaired(repository, join(folder, 'java'));
  expect(data?.suspicious[0]).toMatchObject({ function: 'Ranges.overlap' });
  expect(data?.tried).toBeGreaterThan(100);
  git(repository, 'apply', join(folder, 'java/patch.diff'));
  expect(execFileSync('mvn', ['-B', '-o', 'test'], options)).toMatch(/Tests run: 5, Failures: 0/);
});
