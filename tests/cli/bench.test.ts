import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTrajectory } from '../../src/trajectory/reader.ts';
import { runCli } from '../support/cli.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-bench-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const CHECK = `\n\ndef check(largest):
    assert largest([1, 5, 3]) == 5
    assert largest([-4, -2, -9]) == -2\n\ncheck(largest)\n`;
const python = {
  task_id: 'Python/0',
  prompt:
    'def largest(numbers):\n    """The largest of the numbers.\n    >>> largest([1, 5, 3])\n    5\n    """\n',
  declaration: 'def largest(numbers):\n',
  buggy_solution:
    '    best = numbers[0]\n    for n in numbers:\n        if n < best:\n            best = n\n    return best\n',
  canonical_solution:
    '    best = numbers[0]\n    for n in numbers:\n        if n > best:\n            best = n\n    return best\n',
  test: CHECK,
  example_test: '\n\ndef check(largest):\n    assert largest([1, 5, 3]) == 5\n\ncheck(largest)\n',
  entry_point: 'largest',
  bug_type: 'operator misuse',
};
const javascript = {
  task_id: 'JavaScript/0',
  prompt: '/* The sum of both.\n  >>> add(2, 3)\n  5\n  */\nconst add = (a, b) => {\n',
  declaration: '\nconst add = (a, b) => {\n',
  buggy_solution: '  return a - b;\n}\n\n',
  canonical_solution: '  return a + b;\n}\n\n',
  test: 'const testAdd = () => {\n  console.assert(add(2, 3) === 5)\n  console.assert(add(7, -1) === 6)\n}\n\ntestAdd()\n',
  example_test: 'const testAdd = () => {\n  console.assert(add(2, 3) === 5)\n}\ntestAdd()\n',
  entry_point: 'add',
  bug_type: 'operator misuse',
};
writeFileSync(
  join(home, 'rows.jsonl'),
  [python, javascript].map((row) => `${JSON.stringify(row)}\n`).join(''),
);
const bench = (...args: string[]) =>
  runCli(['bench', 'humanevalfix', 'rows.jsonl', ...args], { home, cwd: home });

describe('patchwright bench humanevalfix', () => {
  it('repairs rows without a language model', async () => {
    const { code, stdout, stderr } = await bench('-j', '2', '--json');
    expect(code, stderr).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ model: 'repair', visible: 'full', rows: 2, costUsd: 0 });
    expect(
      summary.results.map(({ id, verdict }: { id: string; verdict: string }) => [id, verdict]),
    ).toEqual([
      ['Python/0', 'right'],
      ['JavaScript/0', 'right'],
    ]);
    expect(stderr).toMatch(/2\/2 \S+ right/);
  });

  it('takes any model, which acts through the same tools, and keeps the trajectories', async () => {
    const edit = {
      path: 'solution.py',
      edits: [{ old_text: 'if n < best', new_text: 'if n >= best' }],
    };
    const script = [
      { actions: [{ tool: 'edit', input: edit }], usage: { costUsd: 0.25 } },
      { actions: [{ tool: 'submit', input: {} }] },
      { actions: [{ tool: 'submit', input: {} }] },
    ];
    writeFileSync(join(home, 'script.json'), JSON.stringify(script));
    const { code, stdout } = await bench('--model', 'scripted:script.json', '--out', 'kept');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^scripted:script\.json: 2 programs, tests visible/);
    expect(stdout).toMatch(/right 1 \(50\.0 %\).*no patch 1/);
    expect(stdout).toContain('cost $0.50');
    expect(stdout).toMatch(/operator misuse +2 +1 +0/);
    const { events } = await readTrajectory(join(home, 'kept/Python-0/trajectory.jsonl'));
    expect(events.at(-1)).toMatchObject({ type: 'outcome', outcome: { status: 'submitted' } });
    expect(existsSync(join(home, 'kept/JavaScript-0/trajectory.jsonl'))).toBe(true);
    const results = JSON.parse(readFileSync(join(home, 'kept/results.json'), 'utf8'));
    expect(results.counts).toMatchObject({ right: 1, wrong: 0, none: 1 });
  });

  it('tells a patch that fits the visible tests from a right one', async () => {
    const edit = {
      path: 'solution.py',
      edits: [{ old_text: 'return best', new_text: 'return 5' }],
    };
    const turns = [
      ['edit', edit],
      ['submit', {}],
      ['submit', {}],
    ];
    const script = turns.map(([tool, input]) => ({ actions: [{ tool, input }] }));
    writeFileSync(join(home, 'wrong.json'), JSON.stringify(script));
    writeFileSync(join(home, 'one.jsonl'), `${JSON.stringify(python)}\n`);
    const args = ['bench', 'humanevalfix', 'one.jsonl', '--model', 'scripted:wrong.json', '--json'];
    const { stdout } = await runCli([...args, '--visible', 'examples'], { home, cwd: home });
    expect(JSON.parse(stdout).results[0]).toMatchObject({
      verdict: 'wrong',
      hidden: 'fails the official test',
    });
  });

  it.each([
    [['none.jsonl'], /none\.jsonl cannot be read/],
    [['bad.jsonl'], /line 1 is no row of HumanEvalFix/],
    [['go.jsonl'], /Go\/0: only Python and JavaScript/],
    [['rows.jsonl', '--model', 'nonsense'], /nonsense/],
    [['rows.jsonl', '--visible', 'some'], /full, examples/],
  ])('refuses %j', async (args, message) => {
    writeFileSync(join(home, 'bad.jsonl'), '{}\n');
    writeFileSync(join(home, 'go.jsonl'), `${JSON.stringify({ ...python, task_id: 'Go/0' })}\n`);
    const { code, stderr } = await runCli(['bench', 'humanevalfix', ...args], { home, cwd: home });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
