import { basename, extname } from 'node:path';
import { END_TEST_OUTPUT, START_TEST_OUTPUT } from '../grading/markers.ts';
import { TEST_PATH } from '../grading/test-path.ts';
import type { Instance } from '../instance.ts';
import { patchedPaths } from '../patched-paths.ts';
import { quote } from './assets.ts';

/**
 * Shell lines that add a test that fails to every hidden test file that is run: a runner that an honest patch left as it
 * was tells of it. The name is made anew each time, so that nothing can know it before.
 *
 * @returns none where no file of the test patch takes one
 */
export function controlLines({ testPatch, evalScript }: Instance, name: string): string[] {
  const [, tail = ''] = evalScript.split(START_TEST_OUTPUT);
  const [command = ''] = tail.split(END_TEST_OUTPUT);
  return patchedPaths(testPatch).flatMap((path) => {
    const test = controlTest(path, command, name);
    const word = quote(path);
    return test === undefined ? [] : [`[ ! -f ${word} ] || printf '%s' ${quote(test)} >> ${word}`];
  });
}

function controlTest(path: string, command: string, name: string): string | undefined {
  const extension = extname(path);
  if (/^\.[cm]?[jt]sx?$/.test(extension)) {
    if (!/[-._](test|spec)s?\.\w+$/.test(path)) return undefined;
    return `\n;it('${name}', () => { throw new Error('${name}'); });\n`;
  }
  // Python files are named by the command: one that is not named may be no test.
  const isNamed = command.includes(basename(path, extension));
  if (extension !== '.py' || !TEST_PATH.test(path) || !isNamed) return undefined;
  return [
    '\n',
    `def test_${name}():`,
    `    raise AssertionError("${name}")`,
    '\n',
    `import unittest as _${name}`,
    '\n',
    `class Test_${name}(_${name}.TestCase):`,
    `    def test_${name}(self):`,
    `        self.fail("${name}")`,
    '',
  ].join('\n');
}
