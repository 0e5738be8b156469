import { isUtf8 } from 'node:buffer';
import { readFile, writeFile as writeHostFile } from 'node:fs/promises';
import type { ExecResult } from '../../workspace/workspace.ts';

export interface StationExec {
  readonly timeoutMs: number;
  readonly stdin?: string | Uint8Array;
  /** Host file that receives the whole output, both streams as they arrive. */
  readonly outputFile?: string;
}

/**
 * Where one prediction is evaluated: the repository at the instance's base commit with all that its tests need. Used
 * once and closed.
 */
export interface Station {
  /** Where the repository is, as commands see it. */
  readonly workdir: string;
  /** Absolute paths that commands see, which the station's files go to. */
  readonly patchFile: string;
  readonly scriptFile: string;
  readonly assetsFolder: string;
  /** Runs a program in the repository. A deadline kills all that it started. */
  exec(argv: readonly string[], options: StationExec): Promise<ExecResult>;
  /** The row's script, as it can run here. */
  adapt(script: string): string;
  close(): Promise<void>;
}

export interface OpenStation {
  readonly signal: AbortSignal;
  /** Told while the station is made ready. */
  readonly log: (text: string) => void;
}

/** Writes a file that commands of a station see; missing folders are made. */
export async function writeFile(
  station: Station,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const script = 'mkdir -p -- "$(dirname -- "$1")" && cat > "$1"';
  const argv = ['sh', '-c', script, 'sh', path];
  const result = await station.exec(argv, { timeoutMs: 60_000, stdin: content });
  if (result.exitCode !== 0) throw new Error(`${path} cannot be written: ${result.output.trim()}`);
}

/**
 * Runs a station's script; `outputFile` is UTF-8 whatever the tests print, with U+FFFD for what is none. Both of its streams are one: read from two pipes, what the tests print and what the shell's
 * trace prints would not keep their order, and results could land behind the end marker.
 */
export async function runScript(
  station: Station,
  options: StationExec & { readonly outputFile: string },
): Promise<ExecResult> {
  const merge = 'exec /bin/bash "$1" 2>&1';
  const result = await station.exec(
    ['/bin/bash', '-c', merge, 'bash', station.scriptFile],
    options,
  );
  const bytes = await readFile(options.outputFile);
  if (!isUtf8(bytes)) await writeHostFile(options.outputFile, bytes.toString('utf8'));
  return result;
}
