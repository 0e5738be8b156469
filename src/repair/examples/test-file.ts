import type { Example } from './extract.ts';

/** A file of tests made of examples, and how it is run. It is put into copies of the repository only. */
export interface ExampleTests {
  readonly path: string;
  readonly text: string;
  /** Name of the engine that loads it: `unittest` or `node:test`. */
  readonly engine: string;
  /** The command line that runs it. */
  readonly command: string;
}

/** An example with the file that defines its function. */
export interface PlacedExample {
  readonly example: Example;
  /** Relative to the root. */
  readonly path: string;
}

/** Makes tests of examples of one family of languages. */
export function exampleTests(
  family: 'python' | 'javascript',
  examples: readonly PlacedExample[],
): ExampleTests {
  return family === 'python' ? pythonTests(examples) : javascriptTests(examples);
}

function pythonTests(examples: readonly PlacedExample[]): ExampleTests {
  const modules = [...new Set(examples.map(({ path }) => moduleOf(path)))];
  const imports = modules.map((name, index) => `import ${name} as module_${index}`);
  const cases = examples.map(({ example, path }, index) => {
    const given = example.arguments.map(({ python }) => python).join(', ');
    const target = `module_${modules.indexOf(moduleOf(path))}.${example.name}`;
    return `    def test_${index + 1}_${example.name}(self):
        result, expected = ${target}(${given}), ${example.expected.python}
        if isinstance(expected, float) and isinstance(result, (int, float)):
            self.assertAlmostEqual(result, expected, 6)
        else:
            self.assertEqual(result, expected)
`;
  });
  const path = 'test_patchwright_examples.py';
  const text = `import sys
import unittest

sys.path.insert(0, "src")
${imports.join('\n')}


class Examples(unittest.TestCase):
${cases.join('\n')}`;
  return {
    path,
    text,
    engine: 'unittest',
    command: 'python3 -m unittest test_patchwright_examples',
  };
}

function moduleOf(path: string): string {
  return path
    .replace(/^src\//, '')
    .replace(/(?:\/__init__)?\.py$/, '')
    .replaceAll('/', '.');
}

function javascriptTests(examples: readonly PlacedExample[]): ExampleTests {
  const modules = [...new Set(examples.map(({ path }) => path))];
  const imports = modules.map(
    (path, index) => `import * as module${index} from ${JSON.stringify(`./${path}`)};`,
  );
  const cases = examples.map(({ example, path }, index) => {
    const given = example.arguments.map(({ javascript }) => javascript).join(', ');
    const target = `find(module${modules.indexOf(path)}, '${example.name}')`;
    return `test(${JSON.stringify(`${index + 1} ${example.name}`)}, async () => {
  check(await ${target}(${given}), ${example.expected.javascript});
});
`;
  });
  const path = 'patchwright-examples.test.mjs';
  const text = `import assert from 'node:assert';
import { test } from 'node:test';
${imports.join('\n')}

function find(module, name) {
  return module[name] ?? module.default?.[name] ?? module.default;
}

function check(actual, expected) {
  if (typeof expected === 'number' && !Number.isInteger(expected)) {
    assert.ok(Math.abs(actual - expected) < 1e-6);
  } else assert.deepStrictEqual(actual, expected);
}

${cases.join('\n')}`;
  return { path, text, engine: 'node:test', command: `node --test ${path}` };
}
