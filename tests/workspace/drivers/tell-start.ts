import type { Workspace } from '../../../src/workspace/workspace.ts';

/** Runs a command of which the file `started` tells that it runs, and says so on standard output. */
export async function runAndTell(
  workspace: Workspace,
  script: string,
  text: string,
): Promise<void> {
  const running = workspace.exec(['bash', '-c', script], { timeoutMs: 3_600_000 });
  const poll = setInterval(() => {
    void workspace.stat('started').then((info) => {
      if (!info) return;
      clearInterval(poll);
      console.log(text);
    });
  }, 20);
  await running;
}
