import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { makeRepo } from '../support/repos.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const typed = [
  'view src/pages.js',
  '{"tool": "bash", "input": {"command": "sed -i s/floor/ceil/ src/pages.js"}}',
  'submit',
  'submit',
  '',
];

test('a person types the actions', async () => {
  const repository = makeRepo('javascript-pages', home);
  const out = join(home, 'out');
  const args = ['fix', '--repo', repository, '--issue', 'a b', '--model', 'human', '--out', out];
  const { code, stdout, stderr } = await runCli(args, { home, stdin: typed.join('\n') });
  expect(code, stdout + stderr).toBe(0);
  expect(readFileSync(join(out, 'patch.diff'), 'utf8')).toContain('+  return Math.ceil');
  expect(stderr).toContain('export function pageCount');
});

test('a person who leaves ends the run without a patch', async () => {
  const args = ['fix', '--repo', join(home, 'javascript-pages'), '--issue', 'a b'];
  const { code, stdout } = await runCli([...args, '--model', 'human'], { home, stdin: 'view .\n' });
  expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringMatching(/refused/) });
});
