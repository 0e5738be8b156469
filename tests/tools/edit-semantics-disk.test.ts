import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './harness.ts';

const FILES = {
  '.gitignore': 'generated/\n',
  'app/__init__.py': '',
  'app/shape.py': 'class Shape:\n    def area(self):\n        return 1\n',
  'app/use.py': 'from app.shape import Shape\n\n\ndef use():\n    return Shape(), 0\n',
  'src/shape.ts': 'export class Shape {\n  area(): number {\n    return 1;\n  }\n}\n',
  'src/use.ts':
    "import { Shape } from './shape.ts';\n\nexport function use() {\n  return [new Shape(), 0];\n}\n",
  'tsconfig.json':
    '{ "compilerOptions": { "strict": true, "noEmit": true, "allowImportingTsExtensions": true, "module": "nodenext" }, "include": ["src/**/*.ts"] }\n',
};
const LANGUAGES = [
  {
    path: 'app/use.py',
    module: 'app/shape.py',
    call: 'Shape().area()',
    addParameter: 's/area(self)/area(self, unit)/',
    load: 'from app.shape import Shape',
    made: { path: 'app/round.py', load: 'from app.round import Shape' },
    ignored: { path: 'generated/round.py', load: 'from generated.round import Shape' },
  },
  {
    path: 'src/use.ts',
    module: 'src/shape.ts',
    call: 'new Shape().area()',
    addParameter: 's/area()/area(unit: string)/',
    load: "from './shape.ts'",
    made: { path: 'src/round.ts', load: "from './round.ts'" },
    ignored: { path: 'generated/round.ts', load: "from '../generated/round.ts'" },
  },
] as const;
const REMARK = 'Look at this once more';

/** Files that no tool has shown to the checker, changed by a command between two edits. */
describe.each(LANGUAGES)('what a command changed is known to an edit of $path', (language) => {
  const { path, module, call, load } = language;
  let bench: Bench;
  beforeAll(() => {
    bench = openBench({ files: FILES, semanticChecks: true });
  });
  beforeEach(async () => {
    for (const [name, content] of Object.entries(FILES)) bench.write(name, content);
    await bash('true');
    const known = await edit(', 0', `, ${call}`);
    expect(known.text).not.toContain(REMARK);
    await bench.call('undo', {});
  });
  afterAll(() => bench.close());

  const edit = (old_text: string, new_text: string) =>
    bench.call('edit', { path, old_text, new_text });
  const bash = async (command: string) => {
    const answer = await bench.call('bash', { command });
    expect(answer.isError, answer.text).toBe(false);
  };

  test('a method that it renamed', async () => {
    await bash(`sed -i 's/area/surface/' ${module}`);
    const old = await edit(', 0', `, ${call}`);
    expect(old.text).toContain(REMARK);
    expect(old.text).toContain('area');
    const young = await edit(call, call.replace('area', 'surface'));
    expect(young.text).not.toContain(REMARK);
  });

  test('a parameter that it added', async () => {
    await bash(`sed -i '${language.addParameter}' ${module}`);
    const without = await edit(', 0', `, ${call}`);
    expect(without.text).toMatch(/Argument missing|Expected 1 argument/);
    const given = await edit(call, call.replace('area()', 'area("m")'));
    expect(given.text).not.toContain(REMARK);
  });

  test('a module that it made and removed', async () => {
    const other = language.made;
    expect((await edit(load, other.load)).isError).toBe(true);
    await bash(`sed 's/area/length/' ${module} > ${other.path}`);
    const good = await edit(load, other.load);
    expect(good.isError, good.text).toBe(false);
    const method = await edit(', 0', `, ${call.replace('area', 'length')}`);
    expect(method.text).not.toContain(REMARK);
    await bench.call('undo', {});
    await bench.call('undo', {});
    await bash(`rm ${other.path}`);
    expect((await edit(load, other.load)).isError).toBe(true);
  });

  test('a module that it made and that git ignores', async () => {
    const other = language.ignored;
    expect((await edit(load, other.load)).isError).toBe(true);
    await bash(`mkdir -p generated && cp ${module} ${other.path}`);
    const good = await edit(load, other.load);
    expect(good.isError, good.text).toBe(false);
  });
});
