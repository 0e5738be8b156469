import { afterEach, describe, expect, it } from 'vitest';
import { runTool, type ToolContext } from '../../src/agent/tool.ts';
import type { Observation } from '../../src/trajectory/event.ts';
import { runTestsTool } from '../../tools/run-tests.ts';
import type { ProjectFiles } from '../testing/projects.ts';
import { openTestProject, type TestProject, testVenv } from '../testing/support.ts';

const calc = (operator: string) => `def add(a, b):\n    return a ${operator} b\n`;
const files: ProjectFiles = {
  'calc.py': calc('-'),
  'tests/test_calc.py': `import pytest
from calc import add


def test_zero():
    assert add(2, 0) == 2


def test_add():
    assert add(2, 1) == 3


def test_negative():
    assert add(2, -1) == 3


def test_other():
    assert False
`,
  'conftest.py': 'import sys\nsys.path.insert(0, ".")\n',
};
const id = (name: string) => `tests/test_calc.py::${name}`;

let project: TestProject;
afterEach(() => project.close());

function open(extra: ProjectFiles = {}): ToolContext {
  project = openTestProject({ ...files, ...extra }, { links: { '.venv': testVenv } });
  return project.context();
}

function call(context: ToolContext, input: unknown = {}): Promise<Observation> {
  return runTool([runTestsTool], { id: '1', tool: 'run_tests', input }, context);
}

function edit(context: ToolContext, path: string, text: string): void {
  project.write(path, text);
  context.session.edits.push({ path, before: Buffer.from(''), after: Buffer.from(text) });
}

describe('run_tests', () => {
  it('takes its own first run as the baseline and compares later ones with it', async () => {
    const context = open();
    const first = await call(context);
    expect(first.isError).toBe(false);
    expect(first.text).toContain('2 passed, 2 failed');
    expect(first.text).toContain('Nothing is changed yet');
    expect(first.text).toContain('assert 1 == 3\n     +  where 1 = add(2, 1)');
    edit(context, 'calc.py', calc('+'));
    const second = await call(context);
    expect(second.data).toMatchObject({
      runner: 'pytest',
      state: 'ran',
      counts: { total: 4, passed: 2, failed: 2, skipped: 0 },
      newlyFailing: [id('test_negative')],
      newlyPassing: [id('test_add')],
      stillFailing: [id('test_other')],
      flaky: [],
    });
    expect(second.text).toContain('1 newly failing, 1 newly passing, 1 still failing');
    expect(context.session).toMatchObject({
      newlyFailing: [id('test_negative')],
    });
    expect([...(context.session.tested?.keys() ?? [])]).toEqual(['calc.py']);
    expect(project.copies).toBe(0);
  });

  it('takes the baseline in a copy when something was changed before, once for a scope', async () => {
    const context = open();
    edit(context, 'calc.py', calc('+'));
    const scope = { names: [id('test_add'), id('test_zero')] };
    const first = await call(context, scope);
    expect(first.data).toMatchObject({ newlyPassing: [id('test_add')], newlyFailing: [] });
    await call(context, scope);
    expect(project.copies).toBe(1);
  });

  it('tells a new failing test from one that failed before, and compares the others', async () => {
    const context = open();
    edit(context, 'calc.py', calc('+'));
    edit(context, 'tests/test_new.py', 'def test_new():\n    assert 0\n');
    const { data, text } = await call(context, {
      names: ['tests/test_new.py::test_new', id('test_add')],
    });
    expect(data).toMatchObject({
      newlyPassing: [id('test_add')],
      newlyFailing: [],
      failingUnknown: ['tests/test_new.py::test_new'],
    });
    expect(text).toContain('Failing, and not in the untouched repository (1)');
  });

  it('names tests as newly failing that an edit keeps from being loaded', async () => {
    const context = open();
    await call(context);
    edit(context, 'calc.py', 'def add(a, b)\n    return a + b\n');
    const { data, text } = await call(context);
    expect(data).toMatchObject({
      newlyFailing: [id('test_zero'), id('test_negative')],
      missing: [],
    });
    expect(text).toContain('SyntaxError');
    expect(text).not.toContain('importlib');
    expect(data).toMatchObject({ failingUnknown: [] });
    expect(context.session.newlyFailing).toEqual([id('test_zero'), id('test_negative')]);
  });

  it('compares a part with the same part of a baseline of the whole suite', async () => {
    const context = open();
    await call(context);
    edit(context, 'calc.py', calc('+'));
    const { data } = await call(context, { names: [id('test_add')] });
    expect(data).toMatchObject({ newlyPassing: [id('test_add')], newlyFailing: [], missing: [] });
    expect(project.copies).toBe(0);
  });

  it('names flaky tests and does not count them as newly failing', async () => {
    const flaky = `import os


def test_sometimes():
    count = int(open("count").read()) if os.path.exists("count") else 0
    open("count", "w").write(str(count + 1))
    assert count % 2 == 0
`;
    const context = open({ 'tests/test_flaky.py': flaky, '.gitignore': 'count\n' });
    project.write('.gitignore', 'count\n.venv\n');
    await call(context);
    edit(context, 'calc.py', `${calc('-')}# no change\n`);
    const { data, text } = await call(context);
    expect(data).toMatchObject({ flaky: ['tests/test_flaky.py::test_sometimes'] });
    expect(text).toContain('Flaky: passed and failed on the same files.');
    expect(context.session.newlyFailing).toEqual([]);
  });

  it('says not run, and never passed, when the process dies in a test', async () => {
    const context = open({
      'tests/test_end.py': 'import os\n\n\ndef test_end():\n    os._exit(0)\n',
    });
    const { text, isError, data } = await call(context);
    expect(isError).toBe(true);
    expect(data).toMatchObject({ state: 'not run' });
    expect(text).toContain('did not run to an end');
    expect(text).toContain('tests/test_end.py::test_end');
  });

  it('stops at the deadline and tells what failed until then', async () => {
    const slow = 'import time\n\n\ndef test_slow():\n    time.sleep(60)\n';
    open({ 'tests/test_slow.py': slow });
    const context = project.context({ testTimeoutMs: 3_000 });
    const { text, data } = await call(context);
    expect(data).toMatchObject({ state: 'not run', timedOut: true });
    expect(text).toContain('stopped after 3 s');
    expect(text).toContain(id('test_add'));
  });

  it('refuses options and files that are not there', async () => {
    const context = open();
    const option = await call(context, { names: ['-p', 'no:terminal'] });
    expect(option).toMatchObject({ isError: true });
    expect(option.text).toContain('neither a file nor the name of a test');
    const missing = await call(context, { files: ['tests/test_none.py'] });
    expect(missing.text).toContain('There is no file tests/test_none.py');
    const outside = await call(context, { files: ['../x'] });
    expect(outside.text).toContain('outside the repository');
  });

  it('keeps a long answer within bounds and says what it left out', async () => {
    const many = `import pytest\n\n\n@pytest.mark.parametrize("n", range(300))\ndef test_many(n):\n    assert n < 0, "x" * 2000 + str(n)\n`;
    const context = open({ 'tests/test_many.py': many });
    const { text, data } = await call(context, { files: ['tests/test_many.py'] });
    expect(text.length).toBeLessThan(16_000);
    expect(text).toMatch(/\[\d+ more; name files or names to see fewer tests at once\]/);
    expect(data).toMatchObject({ counts: { failed: 300 } });
  });
});
