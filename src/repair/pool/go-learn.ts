import { traceOf } from '../../testing/runners/go.ts';
import { parseProfile } from '../localise/go-coverage.ts';
import { framesOf } from '../localise/suspicion.ts';
import {
  type BuildOptions,
  buildTests,
  type GoPackage,
  KILLED,
  readRun,
  runPattern,
  runVariants,
} from './go-tests.ts';
import type { LearnedTest } from './pool.ts';

/** Of more tests, the others are run in the end only, by the project's own command. */
const MOST_TESTS = 200;
const PROGRAM = 'learn.test';

/**
 * Runs each top-level test of a package alone, with coverage of the module's packages: a subtest shares the lines of
 * its parent.
 *
 * @throws {Error} when the tests do not compile
 */
export async function learnGo(
  options: BuildOptions,
  name: GoPackage,
  testSeconds: number,
): Promise<LearnedTest[]> {
  const { workspace, folder, signal } = options;
  const refusal = await buildTests(options, name, PROGRAM, ['-cover', '-coverpkg=./...']);
  if (refusal !== null) throw new Error(refusal);
  const program = `${folder.inside}/${PROGRAM}`;
  const listed = await workspace.exec([program, '-test.list', '.'], {
    timeoutMs: 20_000,
    signal,
    cwd: name,
  });
  const tops = listed.stdout.split('\n').filter((line) => /^Test\S*$/.test(line));
  const module = await moduleOf(options);
  const learned: LearnedTest[] = [];
  for (const top of tops.slice(0, MOST_TESTS)) {
    const began = performance.now();
    const argv = [program, '-test.v', '-test.run', runPattern([top])];
    const profile = `-test.coverprofile=${folder.inside}/cover.out`;
    const run = { workspace, folder, cwd: name, seconds: testSeconds, signal };
    const [ended] = await runVariants(run, [...argv, profile], [0]);
    const seconds = (performance.now() - began) / 1000;
    const cover = (await folder.read('cover.out'))?.toString('utf8') ?? '';
    const output = ended?.output ?? '';
    const { verdicts, places } = readRun(output);
    const message = traceOf(output, workspace.root);
    const isHung = ended?.code === KILLED;
    const shared = {
      file: '',
      seconds,
      lines: isHung ? {} : parseProfile(cover, module),
      frames: framesOf(message),
    };
    if (isHung || verdicts.size === 0) {
      const verdict = isHung ? 'hang' : 'died';
      learned.push({ ...shared, id: `${name}::${top}`, verdict, message, checks: [] });
    }
    for (const [test, verdict] of isHung ? [] : verdicts) {
      // A test with subtests stands for them, as in the reports of the runner.
      if ([...verdicts.keys()].some((other) => other.startsWith(`${test}/`))) continue;
      const failed = verdict === 'failed';
      const checks = failed ? [...places].map((place): [string, boolean] => [place, false]) : [];
      const text = failed ? message : '';
      learned.push({ ...shared, id: `${name}::${test}`, verdict, message: text, checks });
    }
  }
  return learned;
}

async function moduleOf({ workspace }: BuildOptions): Promise<string> {
  const text = (await workspace.readFile('go.mod')).toString('utf8');
  return /^module\s+"?([^\s"]+)/m.exec(text)?.[1] ?? '';
}
