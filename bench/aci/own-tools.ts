import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSession } from '../../src/agent/session.ts';
import { runTool, type ToolContext } from '../../src/agent/tool.ts';
import { closeCheckers } from '../../src/lint/semantic.ts';
import type { Observation } from '../../src/trajectory/event.ts';
import { openWorkspace } from '../../src/workspace/open.ts';
import { defaultTools } from '../../tools/index.ts';

/** The tools at work in a folder, without a sandbox, as the peers work. */
export interface OwnTools {
  /**
   * @param expectError null where either will do
   * @throws when the tool answers with an error although it should not, or the other way
   */
  call(tool: string, input: unknown, expectError?: boolean | null): Promise<Observation>;
  close(): Promise<void>;
}

/** @param patch default: always empty */
export function openOwnTools(
  root: string,
  semanticChecks: boolean,
  patch: () => Promise<string> = async () => '',
): OwnTools {
  const scratch = mkdtempSync(join(tmpdir(), 'patchwright-aci-'));
  const workspace = openWorkspace({
    kind: 'local',
    hostRoot: root,
    root: '/unused',
    hostScratch: scratch,
  });
  const context: ToolContext = {
    workspace,
    session: newSession(),
    signal: new AbortController().signal,
    settings: {
      statement: '',
      commandTimeoutMs: 120_000,
      testTimeoutMs: 120_000,
      deadline: Date.now() + 3_600_000,
      semanticChecks,
    },
    patch,
    copy: () => Promise.reject(new Error('no copies in a benchmark')),
    progress: () => undefined,
  };
  return {
    async call(tool, input, expectError = false) {
      const observation = await runTool(defaultTools, { id: 'bench', tool, input }, context);
      if (expectError !== null && observation.isError !== expectError) {
        throw new Error(`${tool}: ${observation.text}`);
      }
      return observation;
    },
    async close() {
      await closeCheckers(workspace);
      await workspace.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
