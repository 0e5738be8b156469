import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { jsonLines, runCli } from '../support/cli.ts';
import { git, makeRepo } from '../support/repos.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('fix abstains below --min-confidence and leaves the candidates as patches that apply', async () => {
  const repository = makeRepo('javascript-pages', home);
  const out = join(home, 'out');
  const run = ['fix', '--repo', repository, '--issue', 'the last page is missing', '--out', out];
  const how = ['--model', 'repair', '--min-confidence', '100%', '--json'];
  const { code, stdout } = await runCli([...run, ...how], { home });
  expect(code).toBe(1);
  const result = jsonLines(stdout).at(-1) as {
    status: string;
    reason: string;
    alternatives: string[];
  };
  expect(result.status).toBe('refused');
  expect(result.reason).toMatch(/confidence of only \d+ %, less than 100 %/);
  expect(readdirSync(out)).toContain('alternative-1.diff');
  const [first = ''] = result.alternatives;
  expect(readFileSync(first, 'utf8')).toContain('Math.ceil');
  expect(git(repository, 'apply', '--check', first)).toBe('');
});
