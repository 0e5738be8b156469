import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolResult } from '../src/agent/tool.ts';
import { describeRepair } from '../src/repair/describe.ts';
import { workspacePath } from './support/path.ts';

const DEFAULT_SECONDS = 60;
/** Kept for the edit, the tests and the submission after the search. */
const RESERVE_MS = 15_000;
/** And this often the time of all tests: candidates are validated, the patch is tested once or twice. */
const RUNS_LEFT = 3;
/** For leaving the best patch so far when the run is broken off. */
const GRACE_MS = 8000;

const input = z.strictObject({
  failing_tests: z
    .array(z.string().min(1))
    .max(200)
    .optional()
    .describe(
      'Ids of the failing tests, as run_tests prints them. Without them all failing tests are taken.',
    ),
  path: z.string().optional().describe('Only edit this file, or files below this folder.'),
  function: z.string().optional().describe('Only edit the function of this name.'),
  seconds: z
    .number()
    .min(1)
    .max(3600)
    .optional()
    .describe(`How long to search, at most; default ${DEFAULT_SECONDS}.`),
});

export const repairTool = defineTool({
  name: 'repair',
  description: renderPrompt('tools/repair'),
  input,
  graceMs: GRACE_MS,
  async run(request, context): Promise<ToolResult> {
    const { session, settings, workspace } = context;
    const whole = settings.deadline - Date.now();
    const tests = session.baselines.get('')?.durationMs ?? 0;
    const reserve = Math.min(RESERVE_MS + RUNS_LEFT * tests, Math.max(RESERVE_MS, whole / 2));
    const until = settings.deadline - reserve;
    const left = (until - Date.now()) / 1000;
    session.commands++;
    // Large, and few runs need it.
    const { repair } = await import('../src/repair/engine.ts');
    const data = await repair({
      workspace,
      copy: () => context.copy('current'),
      testCommand: settings.testCommand,
      statement: settings.statement,
      failing: request.failing_tests ?? [],
      path: request.path === undefined ? undefined : workspacePath(workspace, request.path),
      functionName: request.function,
      seconds: Math.max(1, Math.min(request.seconds ?? DEFAULT_SECONDS, left)),
      until: Math.max(Date.now() + 1000, until),
      testTimeoutMs: settings.testTimeoutMs,
      signal: context.signal,
      progress: (text) => context.progress(text),
      async leave(path, content) {
        // Edits of another hand are not mixed with a patch nobody chose.
        if ((await context.patch()) === '') await workspace.writeFile(path, content);
      },
    });
    return { text: describeRepair(data), data };
  },
});
