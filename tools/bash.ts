import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolContext, type ToolResult } from '../src/agent/tool.ts';
import { cutInMiddle, plainText } from '../src/text/output.ts';
import type { ExecOptions, ExecResult, Workspace } from '../src/workspace/workspace.ts';
import { mayChangeFolder, plainCommand } from './support/command-line.ts';

/** Characters of output that are shown; the whole is kept in a file when there are more. */
const MAX_OUTPUT = 20_000;
/** The system refuses an argument of 128 KiB; longer commands go through standard input. */
const MAX_ARGUMENT = 60_000;

/** Notes the working directory in the file `$1` when the shell ends, however it ends, then runs the command `$2`. */
const RUN_ARGUMENT =
  'printf -v REPLY %q "$1"; trap "pwd -P >|$REPLY" EXIT; REPLY=$2; set --; eval "$REPLY"';
const RUN_STDIN =
  'printf -v REPLY %q "$1"; trap "pwd -P >|$REPLY" EXIT; REPLY=; set --; eval "$(cat)"';

const input = z.strictObject({
  command: z
    .string()
    .min(1)
    .refine((text) => !text.includes('\0'), 'it holds a NUL character; write it as printf "\\0"')
    .describe('Command line or script for bash.'),
  timeout: z
    .number()
    .positive()
    .optional()
    .describe('Seconds until it is stopped. Default and most: the limit of the run.'),
});

export const bashTool = defineTool({
  name: 'bash',
  description: renderPrompt('tools/bash'),
  input,
  async run({ command, timeout }, context): Promise<ToolResult> {
    const { workspace, session, settings } = context;
    const most = Math.max(
      1_000,
      Math.min(settings.commandTimeoutMs, settings.deadline - Date.now()),
    );
    const timeoutMs = Math.min(timeout === undefined ? most : timeout * 1_000, most);
    const tag = randomUUID().slice(0, 4);
    const outputFile = `output-${session.outputFiles + 1}-${tag}.txt`;
    const kept = join(workspace.hostScratch, outputFile);
    const start = await startFolder(context);
    const long = command.length > MAX_ARGUMENT;
    const options: ExecOptions = {
      cwd: start,
      timeoutMs,
      signal: context.signal,
      outputFile: kept,
      outputFileAbove: MAX_OUTPUT,
      ...(long ? { stdin: command } : {}),
    };
    session.commands++;
    const words = long ? null : plainCommand(command);
    let result: ExecResult;
    let moved: string[] = [];
    if (words && workspace.hasProgram(words[0] ?? '')) {
      const env = { PWD: posix.join(workspace.root, start) };
      result = await workspace.exec(words, { ...options, env });
    } else if (!long && !mayChangeFolder(command)) {
      result = await workspace.exec(['bash', '-c', command], options);
    } else {
      const cwdFile = takeCwdFile(workspace);
      const notedAt = posix.join(workspace.scratchRoot, cwdFile);
      const argv = ['bash', '-c', long ? RUN_STDIN : RUN_ARGUMENT, 'bash', notedAt];
      result = await workspace.exec(long ? argv : [...argv, command], options);
      // A shell that was killed has noted nothing.
      if (result.exitCode !== null) moved = await followFolder(context, { file: notedAt, start });
      cwdFilesOf(workspace).push(cwdFile);
    }
    context.signal.throwIfAborted();
    if (moved.length === 0) moved = await noteGone(context, start);
    const shown = show(result);
    if (shown.cut) session.outputFiles++;
    else if (Buffer.byteLength(result.output) > MAX_OUTPUT) await rm(kept, { force: true });
    const whole = `the whole is in ${posix.join(workspace.scratchRoot, outputFile)}; page it with \`view\` and start_line, or search it with grep`;
    const notes = [
      ...(shown.cut ? [`Output cut in the middle: ${whole}.`] : []),
      ...endNotes(result, { timeoutMs, most }),
      ...moved,
    ];
    return {
      text: [shown.text, ...notes.map((note) => `[${note}]`)].filter(Boolean).join('\n'),
      isError: result.exitCode !== 0,
      data: { exitCode: result.exitCode, timedOut: result.timedOut },
    };
  },
});

const cwdFiles = new WeakMap<Workspace, string[]>();

/** Files in which shells note their folder, that no command uses now. They are written over: making new ones costs more. */
function cwdFilesOf(workspace: Workspace): string[] {
  const known = cwdFiles.get(workspace) ?? [];
  cwdFiles.set(workspace, known);
  return known;
}

function takeCwdFile(workspace: Workspace): string {
  return cwdFilesOf(workspace).pop() ?? `cwd-${randomUUID()}`;
}

/** The folder of the last call may have been removed meanwhile. */
async function startFolder({ workspace, session }: ToolContext): Promise<string> {
  const stat = await workspace.stat(session.cwd).catch(() => null);
  if (stat?.kind !== 'directory') session.cwd = '.';
  return session.cwd;
}

async function noteGone(context: ToolContext, start: string): Promise<string[]> {
  const isThere = start === '.' || (await startFolder(context)) === start;
  return isThere ? [] : [`The next command starts in . : the folder ${start} is gone.`];
}

/** Takes over the folder in which the command ended. What it wrote there is data: it may name anything. */
async function followFolder(
  { workspace, session }: ToolContext,
  from: { file: string; start: string },
): Promise<string[]> {
  const noted = await workspace.readFile(from.file).catch(() => null);
  if (!noted) return [];
  const folder = noted.toString('utf8').replace(/\n$/, '');
  if (folder === '') {
    return [`The next command starts in ${from.start} again: the folder it ended in is gone.`];
  }
  const relative = posix.relative(workspace.root, folder) || '.';
  if (relative === from.start) return [];
  const stat = await workspace.stat(relative).catch(() => null);
  if (!folder.startsWith('/') || relative.startsWith('..') || stat?.kind !== 'directory') {
    return [`The next command starts in ${from.start} again: ${folder} is outside the repository.`];
  }
  session.cwd = relative;
  return [`working directory: ${relative === '.' ? workspace.root : relative}`];
}

function show(result: ExecResult): { text: string; cut: boolean } {
  const output = plainText(result.output).replace(/\n+$/, '');
  const cut = cutInMiddle(output, MAX_OUTPUT);
  return { text: cut.text, cut: cut.omitted > 0 || result.omittedBytes > 0 };
}

function endNotes(result: ExecResult, limit: { timeoutMs: number; most: number }): string[] {
  if (result.timedOut) {
    const seconds = Math.round(limit.timeoutMs / 100) / 10;
    const more =
      limit.timeoutMs < limit.most
        ? `A larger timeout is possible, up to ${Math.floor(limit.most / 1000)} s.`
        : 'That is the longest a command may take: do less in one command.';
    return [
      `Stopped after ${seconds} s with all its processes; what it printed until then is above. ${more} A command that waits for input never ends here.`,
    ];
  }
  if (result.exitCode === 0) return result.output.trim() === '' ? ['no output, exit code 0'] : [];
  if (result.exitCode === null) return [`ended by signal ${result.signal}`];
  return [`exit code ${result.exitCode}`];
}
