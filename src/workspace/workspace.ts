/** Options of one command. */
export interface ExecOptions {
  /** Directory relative to the workspace root, with `/`; default the root. */
  readonly cwd?: string;
  /** Milliseconds until the command and all its descendants are killed. */
  readonly timeoutMs: number;
  /** Written to standard input, which is closed otherwise. */
  readonly stdin?: string | Uint8Array;
  /** Added to the workspace's clean environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Bytes kept of each stream, half from its start and half from its end; default 1 MiB. */
  readonly maxBytes?: number;
  /** Host file that receives the whole interleaved output. */
  readonly outputFile?: string;
  /** It is made only for an output of more bytes than this; default 0 bytes and a file in any case. */
  readonly outputFileAbove?: number;
}

/** What a command left behind; also when it was killed. */
export interface ExecResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams as they arrived. Where bytes were left out, here and in the streams, one line says how many. */
  readonly output: string;
  /** Bytes left out of `output` in its middle; 0 when it is whole. */
  readonly omittedBytes: number;
  readonly timedOut: boolean;
  /** Set when the abort signal ended it. */
  readonly aborted: boolean;
  readonly durationMs: number;
}

export type FileKind = 'file' | 'directory' | 'other';

export interface FileStat {
  readonly kind: FileKind;
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * Where the agent acts: a copy of the repository and a way to run commands in it. All paths are relative to the
 * root, with `/`; one that leads out of the root, also by a link, is refused with a ToolError.
 */
export interface Workspace {
  /** `local`, `bubblewrap`, `container`. */
  readonly kind: string;
  /** Absolute path of the root as commands see it. */
  readonly root: string;
  /** Absolute path of the root on the host. */
  readonly hostRoot: string;
  /** A host folder outside the repository that commands see, writable, at `scratchRoot`: reports, whole outputs, workers. */
  readonly hostScratch: string;
  readonly scratchRoot: string;
  /** Runs a program by argument array, never through a shell. Rejects only when it cannot be started (ToolError). */
  exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult>;
  /** Whether `exec` surely finds a program of this name; false also where that is not known. */
  hasProgram(name: string): boolean;
  /** @throws {ToolError} missing, a directory, or out of the workspace */
  readFile(path: string): Promise<Buffer>;
  /** Creates missing folders; keeps the mode of an existing file. @throws {ToolError} out of the workspace */
  writeFile(path: string, content: Uint8Array): Promise<void>;
  /** Removes a file; no error when it is not there. */
  removeFile(path: string): Promise<void>;
  /** Null when nothing is there. Follows links inside the workspace. */
  stat(path: string): Promise<FileStat | null>;
  /** Kills what still runs and frees what the workspace holds; the copy itself belongs to the run. */
  close(): Promise<void>;
}
