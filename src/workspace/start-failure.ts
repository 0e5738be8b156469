import { stat } from 'node:fs/promises';
import type { ExecaError } from 'execa';
import { messageOf, ToolError } from '../errors.ts';

/**
 * Why a program could not be started, told with what to try next.
 *
 * @param error what spawning it failed with
 */
export async function startFailure(
  error: unknown,
  argv: readonly string[],
  cwd: string,
): Promise<ToolError> {
  if (error instanceof ToolError) return error;
  const code = (error as Partial<ExecaError>).code;
  const cause = { cause: error };
  const [file] = argv;
  if (code === 'E2BIG') {
    return new ToolError(
      'The command is too long for the system (one argument holds at most 128 KiB). Write the text to a file and pass its name, or pass it on standard input.',
      cause,
    );
  }
  const folder = await stat(cwd).catch(() => null);
  if (!folder?.isDirectory()) {
    return new ToolError(`The folder ${cwd} to run the command in does not exist.`, cause);
  }
  if (code === 'ENOENT') {
    return new ToolError(
      `The program ${file} was not found. Check its name, or use another program that does the same.`,
      cause,
    );
  }
  if (code === 'EACCES') {
    return new ToolError(
      `${file} cannot be run: it is not an executable file. Name an executable, or run it by its interpreter.`,
      cause,
    );
  }
  const { originalMessage } = error as Partial<ExecaError>;
  return new ToolError(
    `${file} could not be started: ${originalMessage ?? messageOf(error)}`,
    cause,
  );
}
