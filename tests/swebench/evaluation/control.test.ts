import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { controlLines } from '../../../src/swebench/evaluation/control.ts';
import { instance } from '../grading/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-control-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command after the lines of the control were carried out; `path` is changed by the hidden tests. */
function controlled(path: string, text: string, command: string) {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
  const testPatch = `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`;
  const evalScript = `: '>>>>> Start Test Output'\n${command}\n: '>>>>> End Test Output'\n`;
  const lines = controlLines(instance({ testPatch, evalScript }), 'control_1');
  const run = spawnSync('bash', ['-c', [...lines, command].join('\n')], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { lines, code: run.status, output: run.stdout + run.stderr };
}

describe('the test that is added to fail', () => {
  it('is seen failing by unittest', () => {
    const text = 'import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass';
    const { code, output } = controlled('test_a.py', text, 'python3 -m unittest -v test_a');
    expect(code).toBe(1);
    expect(output).toMatch(/test_control_1 .*FAIL/);
    expect(output).toMatch(/test_a .*ok/);
  });

  it('is seen failing by a runner of JavaScript', () => {
    const text = "import { it } from 'node:test';\nit('a', () => {});";
    const { code, output } = controlled('a.test.mjs', text, 'node --test a.test.mjs');
    expect(code).toBe(1);
    expect(output).toContain('control_1');
  });

  it.each([
    ['tests/data.json', 'pytest tests/data.json'],
    ['tests/helper.py', 'pytest tests/test_other.py'],
    ['src/a.js', 'npm test'],
  ])('is not added to %s', (path, command) => {
    expect(controlled(path, '', command).lines).toEqual([]);
  });
});
