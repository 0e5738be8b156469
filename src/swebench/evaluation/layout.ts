import { join } from 'node:path';

/** A part of a path made of a model's or run's name. */
export function safeName(name: string): string {
  return name.replaceAll('/', '__');
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

export function instanceFiles(runDir: string, model: string, instanceId: string): InstanceFiles {
  const folder = join(runDir, safeName(model), instanceId);
  return {
    folder,
    patch: join(folder, 'patch.diff'),
    script: join(folder, 'eval.sh'),
    harnessLog: join(folder, 'run_instance.log'),
    testOutput: join(folder, 'test_output.txt'),
    report: join(folder, 'report.json'),
  };
}
