import { type Station, writeFile } from './station.ts';

const TIMEOUT_MS = 120_000;
/** Tried in turn; the tree is reset between them. */
const LADDER = [
  ['git', 'apply', '--verbose'],
  ['git', 'apply', '--verbose', '--3way'],
  ['git', 'apply', '--verbose', '--reject'],
  ['patch', '--batch', '--forward', '--fuzz=5', '-p1', '-i'],
] as const;

export interface Applied {
  readonly applied: boolean;
  /** Of the command that succeeded, or of the last one. */
  readonly output: string;
}

/** Applies a patch to a station's repository as the official harness does, from strict to lenient. */
export async function applyPatch(
  station: Station,
  patch: string,
  log: (line: string) => void,
): Promise<Applied> {
  await writeFile(station, station.patchFile, patch);
  const run = (argv: readonly string[]) => station.exec(argv, { timeoutMs: TIMEOUT_MS });
  let output = '';
  for (const [attempt, command] of LADDER.entries()) {
    // A failed attempt leaves parts behind that would make every later one fail.
    if (attempt > 0) await run(['/bin/bash', '-c', 'git checkout -- . ; git clean -fd']);
    const result = await run([...command, station.patchFile]);
    output = result.output;
    if (result.exitCode === 0) return { applied: true, output };
    log(`Failed to apply patch: ${command.join(' ')}`);
  }
  const reverse = await run(['git', 'apply', '--check', '--reverse', station.patchFile]);
  if (reverse.exitCode === 0) return { applied: true, output: 'verified already applied' };
  return { applied: false, output };
}
