import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { UsageError } from '../../../errors.ts';
import { isTestFile, isTestPath } from '../../localise/test-paths.ts';
import type { BenchTask, Visible } from '../task.ts';
import { copyInto, type Files } from './files.ts';
import { judgeProject } from './judge.ts';
import { HIDDEN, planTasks, type TaskPlan } from './layout.ts';
import { listFolder } from './list.ts';

/**
 * Reads a folder of programs with tests: subfolders that are projects, and programs paired with tests by name. The
 * folder is only read.
 *
 * @throws {UsageError} when nothing in it is a program with tests
 */
export function readFolder(folder: string, visible: Visible): BenchTask[] {
  const texts = new Map<string, string>();
  const read = (path: string): string => {
    const text = texts.get(path) ?? readFileSync(join(folder, path), 'utf8');
    texts.set(path, text);
    return text;
  };
  const plans = planTasks(listFolder(folder), read);
  if (plans.length === 0) {
    throw new UsageError(
      `${folder} holds no program with tests; name a folder of projects, or of programs with tests named after them (gcd.py with test_gcd.py, gcd.js with gcd.test.js)`,
    );
  }
  return plans.map((plan) => taskOf(plan, folder, visible));
}

function taskOf(plan: TaskPlan, folder: string, visible: Visible): BenchTask {
  const inside = (path: string) => relative(plan.root, path);
  const filesOf = (paths: readonly string[], root = ''): Files =>
    new Map(paths.map((path) => [relative(root, inside(path)), join(folder, path)]));
  const files = filesOf(plan.files);
  const links = filesOf(plan.links);
  const tests = new Set(plan.tests.map(inside));
  const isOwnTest = (path: string) =>
    plan.program === null ? isTestPath(path) || isTestFile(path) : tests.has(path);
  const shown = new Map([...files].filter(([path]) => visible === 'full' || !isOwnTest(path)));
  const dependencies = [...plan.dependencies]
    // The innermost wins, as for the module loaders.
    .sort((a, b) => b.length - a.length)
    .map((path) => {
      const isBelow = !inside(path).startsWith('..');
      return { from: join(folder, path), to: isBelow ? inside(path) : basename(path) };
    });
  const project = {
    content: { dependencies, fill: (to: string) => copyInto(to, files, links) },
    files,
    hidden: filesOf(plan.hidden, HIDDEN),
    tests: [...tests],
    program: plan.program === null ? null : inside(plan.program),
  };
  return {
    id: plan.id,
    bugType: plan.language,
    dependencies,
    fill: (to) => copyInto(to, shown, links),
    judge: (submitted, court) => judgeProject(project, submitted, court),
  };
}
