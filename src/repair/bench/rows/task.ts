import type { BenchTask, Visible } from '../task.ts';
import { writeFiles } from '../write-files.ts';
import { projectOf } from './project.ts';
import type { Row } from './row.ts';
import { readVerdict, verdictProgram } from './verdict.ts';

const LIMITS = { memoryBytes: 2 * 2 ** 30, processes: 64 };

/** A row as a task: a small repository, judged by the official test and by stronger inputs where the row has them. */
export function taskOfRow(row: Row, visible: Visible): BenchTask {
  const { files, source } = projectOf(row, visible);
  return {
    id: row.task_id,
    bugType: row.bug_type,
    dependencies: [],
    fill: (folder) => writeFiles(folder, files),
    async judge({ readFile }, { open, timeoutMs, signal }) {
      const repaired = await readFile(source);
      if (repaired === null) return 'fails the official test';
      const program = verdictProgram(row, repaired.toString('utf8'));
      const scene = {
        fill: (folder: string) => writeFiles(folder, program.files),
        limits: LIMITS,
      };
      return open(scene, async (workspace) =>
        readVerdict((await workspace.exec(program.argv, { timeoutMs, signal })).stdout),
      );
    },
  };
}
