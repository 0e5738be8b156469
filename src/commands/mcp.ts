import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { newSession } from '../agent/session.ts';
import { ExitCode } from '../errors.ts';
import { chooseSandbox } from '../workspace/open.ts';
import { openCheckout } from '../workspace/open-checkout.ts';
import type { Host } from './host.ts';
import { chooseTools } from './tools.ts';
import { ownVersion } from './versions.ts';

export interface McpCommandOptions {
  readonly repo: string;
  readonly base?: string;
  readonly test?: string;
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none';
  readonly tools?: string;
  readonly out?: string;
}

const COMMAND_TIMEOUT_MS = 120_000;
const TEST_TIMEOUT_MS = 600_000;

/**
 * `patchwright mcp`: the tools over the Model Context Protocol on standard input and output, on a copy of a
 * repository. Ends with the client; the patch is written when `submit` was called twice.
 *
 * @throws {UsageError} for a repository or base that is none
 */
export async function mcp(options: McpCommandOptions, host: Host): Promise<number> {
  const { serveMcp } = await import('../mcp/server.ts');
  const tools = chooseTools(options.tools, '');
  const sandbox = await chooseSandbox(options.sandbox ?? 'auto');
  const tell = (text: string) => void host.stderr.write(`patchwright mcp: ${text}\n`);
  if (sandbox.warning) tell(`WARNING: ${sandbox.warning}`);
  const checkout = await openCheckout({
    source: options.repo,
    cwd: host.cwd,
    base: options.base,
    sandbox: sandbox.kind,
    signal: host.signal,
    onNote: tell,
  });
  try {
    const patchFile = resolve(host.cwd, options.out ?? 'patchwright-mcp.diff');
    await serveMcp({
      tools,
      version: ownVersion(),
      context: {
        workspace: checkout.workspace,
        session: newSession(),
        signal: host.signal,
        settings: {
          testCommand: options.test,
          statement: '',
          commandTimeoutMs: COMMAND_TIMEOUT_MS,
          testTimeoutMs: TEST_TIMEOUT_MS,
          deadline: Number.MAX_SAFE_INTEGER,
        },
        patch: () => checkout.patch(),
        copy: (tree) => checkout.copy(tree),
        progress: tell,
      },
      async onSubmitted() {
        await writeFile(patchFile, await checkout.patch());
        return `The patch is in ${patchFile}.`;
      },
    });
    return ExitCode.submitted;
  } finally {
    await checkout.close();
  }
}
