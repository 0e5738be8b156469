import { UsageError } from '../errors.ts';
import type { Checkout } from '../workspace/checkout.ts';

/** Leading `NAME=value` words, then the program; only a plain word can be looked up. */
const PROGRAM = /^(?:\s*[A-Za-z_]\w*=[^\s'"`$\\]*)*\s*([\w./+-]+)(?=\s|$)/;

/**
 * Finds out before the run whether the program of `--test` is there.
 *
 * @throws {UsageError} when it is not
 */
export async function checkTestCommand(
  { workspace }: Checkout,
  command: string,
  signal: AbortSignal,
): Promise<void> {
  if (command.trim() === '') {
    throw new UsageError('--test: the command is empty; give the line that runs the tests');
  }
  const program = PROGRAM.exec(command)?.[1];
  if (program === undefined) return;
  const lookUp = ['bash', '-c', 'command -v -- "$1"', 'bash', program];
  const { exitCode } = await workspace.exec(lookUp, { timeoutMs: 10_000, signal });
  if (exitCode === 0) return;
  throw new UsageError(
    `--test: ${JSON.stringify(program)} cannot be started in the ${workspace.kind} workspace; install it, or name another command`,
  );
}
