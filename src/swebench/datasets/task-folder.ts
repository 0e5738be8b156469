import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import * as z from 'zod';
import { END_TEST_OUTPUT, START_TEST_OUTPUT } from '../grading/markers.ts';
import { EXIT_CODE_PARSER, EXIT_CODE_TEST } from '../grading/read-log.ts';
import type { Asset, Instance } from '../instance.ts';
import { checkRow } from './row.ts';
import { readText, readYaml } from './text-files.ts';

/** `task.yaml` of a plain task; only `test` has to be there. */
const Task = z.strictObject({
  id: z.string().min(1).optional(),
  /** A folder, relative to the task's, or a git address; default `repository`. */
  repository: z.string().min(1).optional(),
  base: z.string().min(1).optional(),
  /** Shell lines that install what the tests need; default what the repository's own files tell. */
  setup: z.string().optional(),
  /** The shell line that runs the tests. */
  test: z.string().min(1),
  /** Name of a log parser; without one the exit code of the tests decides. */
  parser: z.string().optional(),
  fail_to_pass: z.array(z.string()).optional(),
  pass_to_pass: z.array(z.string()).optional(),
});

/** Whether a folder is a plain task: `issue.md` with `task.yaml` beside it. */
export function isTaskFolder(folder: string): boolean {
  return existsSync(join(folder, 'issue.md')) && existsSync(join(folder, 'task.yaml'));
}

/** The plain tasks that stand in a folder, in the order of their names; the folder itself may be one. */
export async function readTaskFolders(folder: string): Promise<Instance[]> {
  if (isTaskFolder(folder)) return [await readTaskFolder(folder)];
  const names = (await readdir(folder)).filter((name) => isTaskFolder(join(folder, name))).sort();
  return Promise.all(names.map((name) => readTaskFolder(join(folder, name))));
}

/**
 * Reads a plain task: `issue.md`, the repository as it is, `tests/` that is laid over it before the tests run and that
 * no agent sees, and, where known, `fix.patch`.
 *
 * @throws {UsageError} naming file and field
 */
export async function readTaskFolder(folder: string): Promise<Instance> {
  const file = join(folder, 'task.yaml');
  const task = checkRow(Task, await readYaml(file), { source: file, row: 1 });
  const id = task.id ?? basename(resolve(folder));
  const named = task.repository ?? 'repository';
  const isAddress = /^[a-z+]+:\/\/|^[\w.-]+@[\w.-]+:/i.test(named);
  const fix = join(folder, 'fix.patch');
  const graded =
    task.parser === undefined
      ? { logParser: EXIT_CODE_PARSER, failToPass: [EXIT_CODE_TEST], passToPass: [] }
      : {
          logParser: task.parser,
          failToPass: task.fail_to_pass ?? [],
          passToPass: task.pass_to_pass ?? [],
        };
  return {
    id,
    repo: `local/${id}`,
    source: isAddress ? named : resolve(folder, named),
    baseCommit: task.base ?? '',
    version: '',
    problemStatement: await readText(join(folder, 'issue.md')),
    hints: '',
    patch: existsSync(fix) ? await readText(fix) : '',
    testPatch: '',
    evalScript: evalScript(task),
    ...(task.setup === undefined ? {} : { setup: task.setup }),
    image: '',
    evalType: 'pass_and_fail',
    ...graded,
    assets: await testFiles(join(folder, 'tests')),
  };
}

function evalScript({ test }: z.infer<typeof Task>): string {
  return [
    '#!/bin/bash',
    'set -uxo pipefail',
    'cd /testbed',
    `: '${START_TEST_OUTPUT}'`,
    test,
    `: '${END_TEST_OUTPUT}'`,
    '',
  ].join('\n');
}

async function testFiles(root: string): Promise<Asset[]> {
  if (!existsSync(root)) return [];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), file }));
}
