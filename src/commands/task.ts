import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ExitCode, messageOf, UsageError } from '../errors.ts';
import type { Host } from './host.ts';

const FILES: Readonly<Record<string, string>> = {
  'issue.md': `# What goes wrong

Say what was done, what was expected and what happened instead.
`,
  'task.yaml': `# A plain task: the issue stands in issue.md, the code as it is in repository/.

# A folder beside this file, or a git address; with an address also the commit to start from.
repository: repository
# base: 0123456789abcdef0123456789abcdef01234567

# Shell lines that install what the tests need, with network (default: what the lockfile or metadata tells), and the
# line that runs the tests, without. tests/ is laid over the repository before that.
# setup: npm ci
test: npm test

# Without a parser the exit code of the tests decides. With one, name the tests that have to pass.
# parser: parse_log_pytest
# fail_to_pass: [tests/test_it.py::test_fixed]
# pass_to_pass: [tests/test_it.py::test_kept]
`,
};

/**
 * `patchwright task init DIR`: the folder of a plain task, to be filled in.
 *
 * @throws {UsageError} when a task stands there already, or the folder cannot be written
 */
export async function initTask(options: { readonly dir: string }, host: Host): Promise<number> {
  const folder = resolve(host.cwd, options.dir);
  const taken = Object.keys(FILES).find((name) => existsSync(join(folder, name)));
  if (taken !== undefined) {
    throw new UsageError(`task init: ${join(folder, taken)} is there already; name another folder`);
  }
  try {
    for (const name of ['repository', 'tests'])
      await mkdir(join(folder, name), { recursive: true });
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  } catch (error) {
    throw new UsageError(`task init: ${folder} cannot be written (${messageOf(error)})`, {
      cause: error,
    });
  }
  const lines = [
    `${folder}/`,
    '  issue.md     what goes wrong',
    '  task.yaml    where the repository is and how its tests run',
    '  repository/  the code as it is',
    '  tests/       laid over the repository before the tests run; no agent sees it',
    `next         patchwright datasets show ${options.dir}`,
  ];
  host.stdout.write(`${lines.join('\n')}\n`);
  return ExitCode.submitted;
}
