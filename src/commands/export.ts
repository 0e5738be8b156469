import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ExitCode, messageOf, UsageError } from '../errors.ts';
import { exportTrajectory } from '../trajectory/formats/export.ts';
import type { ExportFormat } from '../trajectory/formats/export-formats.ts';
import type { Host } from './host.ts';
import { readRecording } from './recording.ts';

export interface ExportOptions {
  readonly trajectory: string;
  readonly format: ExportFormat;
  readonly out?: string;
  readonly thinking?: boolean;
}

/**
 * `patchwright export`: a trajectory in another format, to a file or to standard output.
 *
 * @throws {UsageError} when the trajectory cannot be read or the file cannot be written
 */
export async function exportFile(options: ExportOptions, host: Host): Promise<number> {
  const { events } = await readRecording(options.trajectory, host);
  const text = exportTrajectory(events, options.format, { thinking: options.thinking ?? false });
  if (options.out === undefined || options.out === '-') {
    host.stdout.write(text);
    return ExitCode.submitted;
  }
  const file = resolve(host.cwd, options.out);
  await writeFile(file, text).catch((error: unknown) => {
    throw new UsageError(`--out: ${file} cannot be written (${messageOf(error)})`, {
      cause: error,
    });
  });
  return ExitCode.submitted;
}
