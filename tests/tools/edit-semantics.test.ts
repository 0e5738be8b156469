import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './harness.ts';

const FILES = {
  'package.json': '{ "name": "shapes", "dependencies": { "left-pad": "1.3.0" } }\n',
  'setup.cfg': '[options]\ninstall_requires = not_installed_here\n',
  'src/area.py':
    'import math\nimport os\n\nfrom src.units import meters\n\n\ndef area(r):\n    return meters(math.pi * r)\n',
  'src/units.py': 'def meters(x):\n    return f"{x} m"\n',
  'src/area.js':
    "const { meters } = require('./units');\n\nfunction area(r) {\n  return meters(Math.PI * r);\n}\n\nmodule.exports = { area };\n",
  'src/units.js': "exports.meters = (x) => x + ' m';\n",
  'src/style.css': '.a {\n}\n',
  'src/shape.ts':
    "import { meters } from './unit.ts';\n\nexport function area(r: number): string {\n  return meters(Math.PI * r);\n}\n",
  'src/unit.ts': "export function meters(x: number): string {\n  return x + ' m';\n}\n",
  'tsconfig.json':
    '{ "compilerOptions": { "strict": true, "noEmit": true, "allowImportingTsExtensions": true, "module": "nodenext" }, "include": ["src/**/*.ts"] }\n',
};

interface SemanticCase {
  readonly name: string;
  readonly path: string;
  readonly old: string;
  readonly new: string;
  /** Part of the finding. */
  readonly finding: string;
}

const REFUSED: readonly SemanticCase[] = [
  ...python([
    ['an undefined name', 'math.pi * r', 'math.pi * radius', '"radius" is not defined'],
    [
      'a module that does not exist',
      'import os',
      'import oss',
      'Import "oss" could not be resolved',
    ],
    ['a submodule that does not exist', 'import os', 'import os.pathlib', 'os.pathlib'],
    [
      'a name the standard library lacks',
      'import os',
      'from os import pathh',
      '"pathh" is unknown',
    ],
    ['a name a module here lacks', 'import meters', 'import meters, feet', '"feet" is unknown'],
    ['an import that is still used', 'import math\n', '', '"math" is not defined'],
    ['a method called like a function', 'meters(math', 'area_of(math', '"area_of" is not defined'],
  ]),
  ...javascript('src/area.js', [
    ['an undefined name', 'Math.PI * r', 'Math.PI * radius', "Cannot find name 'radius'"],
    [
      'a module here that does not exist',
      "'./units'",
      "'./unit-s'",
      "Cannot find module './unit-s'",
    ],
    ['a package nobody depends on', "'./units'", "'right-padded'", "'right-padded'"],
    ['a module Node lacks', "'./units'", "'node:paths'", "Cannot find module 'node:paths'"],
  ]),
  ...javascript('src/shape.ts', [
    ['an undefined name', 'Math.PI * r', 'Math.PI * radius', "Cannot find name 'radius'"],
    ['a name a module lacks', '{ meters }', '{ meters, feet }', "no exported member 'feet'"],
    ['a module here that does not exist', './unit.ts', './no-unit.ts', "'./no-unit.ts'"],
    ['a shorthand without a value', 'meters(Math.PI * r)', 'String({ feet })', "'feet'"],
  ]),
];

const REMARKED: readonly SemanticCase[] = [
  ...python([
    ['an attribute that does not exist', 'math.pi', 'math.pie', '"pie" is not a known attribute'],
    ['too many arguments', 'meters(math.pi * r)', 'meters(math.pi, r)', 'Expected 1 positional'],
    ['an unknown keyword', 'meters(math.pi * r)', 'meters(1, unit=r)', 'No parameter named "unit"'],
  ]),
  ...javascript('src/area.js', [
    ['a method that does not exist', 'Math.PI * r', 'Math.sqr(r)', "'sqr' does not exist"],
    ['a method of the result', 'meters(Math.PI * r)', '"a".trimmed()', "'trimmed' does not exist"],
  ]),
  ...javascript('src/shape.ts', [
    ['a method that does not exist', 'Math.PI * r', 'r.round()', "'round' does not exist"],
    [
      'too many arguments',
      'meters(Math.PI * r)',
      'meters(r, r)',
      'Expected 1 arguments, but got 2',
    ],
  ]),
];

const ACCEPTED: readonly Omit<SemanticCase, 'finding'>[] = [
  ...python([
    [
      'an import that may fail',
      'import os\n',
      'try:\n    import oss\nexcept ImportError:\n    oss = None\n',
    ],
    ['a declared package', 'import os\n', 'import os\nimport not_installed_here\n'],
    ['a name of Python 2', 'math.pi * r', 'math.pi * (r if r else unicode(r))'],
    ['a new import and its use', 'import os\n', 'import os\nimport json\n'],
  ]),
  ...javascript('src/area.js', [
    ['a global of Node', 'Math.PI * r', 'Number(process.env.R) * r'],
    ['a global of a test runner', 'Math.PI * r', 'expect(r) * r'],
    ['a global of browsers', 'Math.PI * r', 'window.innerWidth * r'],
    ['a module of Node', "'./units'", "'node:util'"],
    ['a declared package', "'./units'", "'left-pad'"],
    ['a style sheet', 'function area', "import './style.css';\nfunction area"],
    ['a property added at run time', 'module.exports', 'area.cache = {};\nmodule.exports'],
  ]),
  ...javascript('src/shape.ts', [['a local', 'return', 'const twice = 2 * r;\n  return twice +']]),
];

type Row = readonly [name: string, old: string, replacement: string, finding?: string];

function python(rows: readonly Row[]): SemanticCase[] {
  return javascript('src/area.py', rows);
}

function javascript(path: string, rows: readonly Row[]): SemanticCase[] {
  return rows.map(([name, old, replacement, finding = '']) => ({
    name: `${path.replace(/^.*\./, '')}: ${name}`,
    path,
    old,
    new: replacement,
    finding,
  }));
}

describe('semantic checks of an edit', () => {
  let bench: Bench;
  beforeAll(() => {
    bench = openBench({ files: FILES, semanticChecks: true });
  });
  beforeEach(() => {
    for (const [path, content] of Object.entries(FILES)) bench.write(path, content);
  });
  afterAll(() => bench.close());

  const original = (path: string) => FILES[path as keyof typeof FILES];

  test.each(REFUSED)('refuses $name', async ({ path, old, new: replacement, finding }) => {
    const answer = await bench.call('edit', { path, old_text: old, new_text: replacement });
    expect(answer.isError, answer.text).toBe(true);
    expect(answer.text).toContain('The edit was not made');
    expect(answer.text).toContain(finding);
    expect(answer.text).toContain('Do not send the same edit again.');
    expect(bench.read(path).toString()).toBe(original(path));
  });

  test.each(REMARKED)('remarks on $name', async ({ path, old, new: replacement, finding }) => {
    const answer = await bench.call('edit', { path, old_text: old, new_text: replacement });
    expect(answer.isError, answer.text).toBe(false);
    expect(answer.text).toContain('The edit was made. Look at this once more');
    expect(answer.text).toContain(finding);
    expect(bench.read(path).toString()).toBe(original(path).replace(old, () => replacement));
  });

  test.each(ACCEPTED)('accepts $name', async ({ path, old, new: replacement }) => {
    const answer = await bench.call('edit', { path, old_text: old, new_text: replacement });
    expect(answer.isError, answer.text).toBe(false);
    expect(answer.text).not.toContain('Look at this once more');
    expect(bench.read(path).toString()).toBe(original(path).replace(old, () => replacement));
  });

  test('a module that a command made since is found', async () => {
    const made = 'printf "def feet(x):\\n    return x\\n" > src/lengths.py';
    const edit = {
      path: 'src/area.py',
      old_text: 'import os',
      new_text: 'import os\nimport src.lengths',
    };
    expect((await bench.call('edit', edit)).isError).toBe(true);
    expect((await bench.call('bash', { command: made })).isError).toBe(false);
    const answer = await bench.call('edit', edit);
    expect(answer.isError, answer.text).toBe(false);
    await bench.call('undo', {});
  });

  test('a function added to another file by an edit is found, and gone after undo', async () => {
    const add = {
      path: 'src/unit.ts',
      old_text: 'export function meters',
      new_text: 'export const feet = 3;\nexport function meters',
    };
    const use = { path: 'src/shape.ts', old_text: '{ meters }', new_text: '{ feet, meters }' };
    expect((await bench.call('edit', use)).isError).toBe(true);
    expect((await bench.call('edit', add)).isError).toBe(false);
    expect((await bench.call('edit', use)).isError).toBe(false);
    await bench.call('undo', {});
    await bench.call('undo', {});
    expect((await bench.call('edit', use)).isError).toBe(true);
  });

  test('findings that stood there before are not held against an edit', async () => {
    bench.write('src/old.py', 'import nowhere\n\n\ndef f():\n    return missing\n');
    const edit = {
      path: 'src/old.py',
      old_text: 'def f():\n    return missing',
      new_text: 'def f(x):\n    y = x\n    return missing + y',
    };
    const answer = await bench.call('edit', edit);
    expect(answer.isError, answer.text).toBe(false);
  });

  test('a new file is checked too', async () => {
    const answer = await bench.call('create', { path: 'src/new.py', content: 'print(nothing)\n' });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain('The file was not made: src/new.py would have this error:');
    expect(answer.text).toContain('"nothing" is not defined');
    const good = await bench.call('create', { path: 'src/new.py', content: 'print(1)\n' });
    expect(good.isError, good.text).toBe(false);
  });
});
