import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { BoundedOutput, completeLength } from './bounded-output.ts';
import type { ExecOptions, ExecResult } from './workspace.ts';

const DEFAULT_MAX_BYTES = 1024 * 1024;
const MAX_OUTPUT_FILE = 100 * 1024 * 1024;

/** Where a command's two streams go while it runs. */
export interface Sink {
  write(name: 'stdout' | 'stderr', chunk: Buffer): void;
  finish(): Pick<ExecResult, 'stdout' | 'stderr' | 'output' | 'omittedBytes'>;
  close(): void;
}

export function openSink(
  options: Pick<ExecOptions, 'maxBytes' | 'outputFile' | 'outputFileAbove'>,
): Sink {
  const limit = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const streams = { stdout: new BoundedOutput(limit), stderr: new BoundedOutput(limit) };
  const both = new BoundedOutput(limit);
  const unfinished: Record<'stdout' | 'stderr', Buffer> = {
    stdout: Buffer.alloc(0),
    stderr: Buffer.alloc(0),
  };
  const file = lateFile(options);
  const interleave = (bytes: Buffer) => {
    both.push(bytes);
    file.write(bytes);
  };
  return {
    write(name, chunk) {
      streams[name].push(chunk);
      const bytes =
        unfinished[name].length === 0 ? chunk : Buffer.concat([unfinished[name], chunk]);
      const complete = completeLength(bytes);
      unfinished[name] = bytes.subarray(complete);
      interleave(bytes.subarray(0, complete));
    },
    finish() {
      for (const rest of Object.values(unfinished)) if (rest.length > 0) interleave(rest);
      const { text, omittedBytes } = both.finish();
      return {
        stdout: streams.stdout.finish().text,
        stderr: streams.stderr.finish().text,
        output: text,
        omittedBytes,
      };
    },
    close: file.close,
  };
}

interface OutputFile {
  write(bytes: Buffer): void;
  close(): void;
}

const NO_FILE: OutputFile = { write: () => undefined, close: () => undefined };

/** Holds the output back until there is enough of it for a file. */
function lateFile({
  outputFile,
  outputFileAbove,
}: Pick<ExecOptions, 'outputFile' | 'outputFileAbove'>): OutputFile {
  if (outputFile === undefined) return NO_FILE;
  if (outputFileAbove === undefined) return openOutputFile(outputFile);
  let held: Buffer[] = [];
  let bytesHeld = 0;
  let file: OutputFile | undefined;
  return {
    write(bytes) {
      if (file) return file.write(bytes);
      held.push(bytes);
      bytesHeld += bytes.length;
      if (bytesHeld <= outputFileAbove) return;
      file = openOutputFile(outputFile);
      for (const part of held) file.write(part);
      held = [];
    },
    close: () => file?.close(),
  };
}

/** A full disk ends the file, not the command. */
function openOutputFile(path: string): OutputFile {
  let descriptor = createFile(path);
  let room = MAX_OUTPUT_FILE;
  const close = () => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  return {
    write(bytes) {
      if (descriptor === undefined) return;
      try {
        writeFully(descriptor, bytes.subarray(0, room));
        room -= bytes.length;
        if (room >= 0) return;
        writeFully(descriptor, Buffer.from('\n[the output goes on; the first 100 MB are kept]\n'));
        close();
      } catch {
        close();
      }
    },
    close,
  };
}

/** The folder is writable for commands: a link or pipe they left under this name is replaced, never followed. */
function createFile(path: string): number | undefined {
  rmSync(path, { force: true });
  try {
    return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  } catch (error) {
    if (isDiskFull(error)) return undefined;
    throw error;
  }
}

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function writeFully(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}
