import { join } from 'node:path';
import { UsageError } from '../../errors.ts';

/** @throws {UsageError} for a text that is no name of one folder: neither dataset nor predictions are trusted with paths */
function folderName(name: string, of: string): string {
  if (!/^\.{0,2}$|[/\0]/.test(name)) return name;
  throw new UsageError(
    `${of} ${JSON.stringify(name)} is no name of a folder; give it another name`,
  );
}

/** Where the official harness keeps what a run leaves. */
export function runFolder(out: string, run: string): string {
  return join(out, 'logs', 'run_evaluation', run);
}

export interface InstanceFiles {
  readonly folder: string;
  readonly patch: string;
  readonly script: string;
  readonly harnessLog: string;
  readonly testOutput: string;
  readonly report: string;
}

/** @throws {UsageError} for a model or instance whose name is no name of a folder */
export function instanceFiles(runDir: string, model: string, instanceId: string): InstanceFiles {
  const folder = join(
    runDir,
    folderName(model.replaceAll('/', '__'), 'the model'),
    folderName(instanceId, 'the instance'),
  );
  return {
    folder,
    patch: join(folder, 'patch.diff'),
    script: join(folder, 'eval.sh'),
    harnessLog: join(folder, 'run_instance.log'),
    testOutput: join(folder, 'test_output.txt'),
    report: join(folder, 'report.json'),
  };
}
