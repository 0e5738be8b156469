import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sourceOf } from '../../../src/swebench/evaluation/sources.ts';
import { detectSetup } from '../../../src/swebench/setup/detect.ts';
import { planSetup } from '../../../src/swebench/setup/plan.ts';
import { choosePython, constraintsAt } from '../../../src/swebench/setup/pythons.ts';
import { matchSetup, readSetupFile } from '../../../src/swebench/setup/setup-file.ts';
import { instance } from '../grading/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-setup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function repository(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
  return root;
}

describe('a set-up that is found', () => {
  it.each([
    ['package-lock.json', /^npm ci/],
    ['yarn.lock', /yarn@1 install --frozen-lockfile/],
    ['pnpm-lock.yaml', /pnpm@8 install --frozen-lockfile/],
  ])('follows %s', (lock, line) => {
    const root = repository(`js-${lock}`, { 'package.json': '{}', [lock]: '' });
    const { lines, files, python } = detectSetup(root);
    expect(lines.join('\n')).toMatch(line);
    expect(files).toEqual(['package.json', lock]);
    expect(python).toBeUndefined();
  });

  it('installs a Python project with its test extras, its requirements and what builds it', () => {
    const root = repository('py', {
      'pyproject.toml': '[build-system]\nrequires = ["flit_core >=3.2"]\n',
      'setup.cfg':
        '[options]\npython_requires = >=3.7\n[options.extras_require]\ntests =\n  pytest\n',
      'setup.py': '',
      'requirements-dev.txt': '',
      'docs-requirements.txt': '',
    });
    const { lines, python } = detectSetup(root);
    const text = lines.join('\n');
    expect(python).toEqual({ atLeast: '3.7' });
    expect(text).toContain("pip install --quiet 'flit_core >=3.2'");
    expect(text).toContain("-e '.[tests]'");
    expect(text).toContain('-r requirements-dev.txt');
    expect(text).not.toContain('docs-requirements');
  });

  it('installs beforehand what the evaluation script installs, here documents aside', () => {
    const evalScript = [
      'cd /testbed',
      "python -m pip install -e '.[dev]'",
      "git apply -v - <<'EOF_1'",
      'pip install hidden',
      'EOF_1',
      ": '>>>>> Start Test Output'",
      'pip install late',
    ].join('\n');
    const root = repository('script', { 'setup.py': '' });
    const options = { root, date: new Date(), entries: [], pythons: [] };
    const { lines } = planSetup(instance({ evalScript }), options);
    expect(lines.at(-1)).toBe("python -m pip install -e '.[dev]' || true");
    expect(lines.join('\n')).not.toMatch(/hidden|late/);
  });

  it('is nothing for a folder without metadata', () => {
    expect(detectSetup(repository('none', { 'README.md': '' })).lines).toEqual([]);
  });

  it('takes the Python that was usual when the code was written', () => {
    const pythons = ['3.7', '3.9', '3.11', '3.13'].map((version) => ({ version, path: version }));
    const at = (date: string, atLeast?: string) =>
      choosePython(pythons, { date: new Date(date), atLeast })?.version;
    expect(at('2019-08-20')).toBe('3.7');
    expect(at('2021-10-13')).toBe('3.9');
    expect(at('2023-09-01')).toBe('3.11');
    expect(at('2019-08-20', '3.8')).toBe('3.9');
    expect(at('2015-01-01')).toBe('3.7');
    expect(choosePython([], { date: new Date() })).toBeUndefined();
  });

  it('keeps out releases that broke what was written before them', () => {
    expect(constraintsAt(new Date('2021-06-14'))).toEqual(['pytest<8', 'numpy<2']);
    expect(constraintsAt(new Date('2024-03-01'))).toEqual(['numpy<2']);
    expect(constraintsAt(new Date('2025-01-01'))).toEqual([]);
    const root = repository('dated', { 'setup.py': '' });
    const pythons = [{ version: '3.9', path: '/usr/bin/python3.9' }];
    const { lines } = planSetup(instance(), {
      root,
      date: new Date('2024-03-01'),
      entries: [],
      pythons,
    });
    expect(lines[0]).toBe(`printf '%s\\n' 'numpy<2' > "$VIRTUAL_ENV/constraints.txt"`);
  });
});

describe('a set-up file', () => {
  it('is matched by repository and version, the first entry counts', async () => {
    const file = join(folder, 'setup.yaml');
    writeFileSync(
      file,
      '- repo: Jug/jug\n  version: 1.10\n  run: one\n- repo: jug/jug\n  version: [1.1, 2.0]\n  python: 3.10\n- repo: "*"\n',
    );
    const entries = await readSetupFile(file);
    expect(matchSetup(entries, instance({ version: '1.10' }))?.run).toBe('one');
    expect(matchSetup(entries, instance({ version: '1.1' }))?.python).toBe('3.10');
    expect(matchSetup(entries, instance({ version: '3' }))?.repo).toBe('*');
  });

  it.each([
    ['- run: x\n', /row 1: the field "repo" is missing/],
    ['repo: x\n', /has to hold a list/],
    ['- {repo: x, replace: {"(": y}}\n', /"\(" is no regular expression/],
  ])('refuses %j', async (text, message) => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, text);
    await expect(readSetupFile(file)).rejects.toThrow(message);
  });

  it('gives another environment for other lines, files or interpreters', () => {
    const plan = (changes: object, entry: object = {}) =>
      planSetup(instance(changes), {
        root: repository('plan', { 'package.json': '{}' }),
        date: new Date('2023-01-01'),
        entries: [{ repo: 'jug/jug', ...entry }],
        pythons: [{ version: '3.9', path: '/usr/bin/python3.9' }],
      });
    const { identity } = plan({});
    expect(plan({}).identity).toBe(identity);
    expect(plan({}, { run: 'x' }).identity).not.toBe(identity);
    expect(plan({}, { python: '3.9' }).identity).not.toBe(identity);
    expect(plan({ repo: 'other/jug' }).identity).not.toBe(identity);
    repository('plan', { 'package.json': '{"a": 1}' });
    const root = join(folder, 'plan');
    const options = { root, date: new Date(), entries: [], pythons: [] };
    expect(planSetup(instance({}), options).identity).not.toBe(identity);
    expect(() => plan({}, { python: '3.4' })).toThrow(
      /Python 3\.4 is not installed; here are 3\.9/,
    );
  });
});

describe('the source of a repository', () => {
  it.each(['jug/jug', 'jug__jug', 'jug+jug', 'jug.git'])('is a mirror named %s', (name) => {
    const repos = join(folder, `repos-${name.replace('/', '-')}`);
    mkdirSync(join(repos, name), { recursive: true });
    writeFileSync(join(repos, name, 'HEAD'), 'ref: refs/heads/main\n');
    expect(sourceOf(instance(), repos)).toBe(join(repos, name));
  });

  it('is GitHub without a mirror, and its own where a task has one', () => {
    expect(sourceOf(instance(), folder)).toBe('https://github.com/jug/jug.git');
    expect(sourceOf(instance({ source: '/x' }), folder)).toBe('/x');
  });
});
