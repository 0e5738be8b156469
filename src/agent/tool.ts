import * as z from 'zod';
import { ToolError } from '../errors.ts';
import type { ToolSchema } from '../model/model.ts';
import type { Action, Observation } from '../trajectory/event.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Session } from './session.ts';

/** Characters of the longest observation; tools cut earlier and say what they left out. */
export const MAX_OBSERVATION = 25_000;

/** What a tool may use. Tools act through `workspace` only. */
export interface ToolContext {
  readonly workspace: Workspace;
  readonly session: Session;
  readonly signal: AbortSignal;
  readonly settings: ToolSettings;
  /** The patch so far against the starting tree, as `git diff` prints it with binary hunks. */
  patch(): Promise<string>;
  /**
   * A second workspace of the same kind, with the starting tree (`base`) or the tree as it is now (`current`),
   * dependencies included. The caller closes it, which removes it.
   */
  copy(tree: 'base' | 'current'): Promise<Workspace>;
  /** Tells a person what a long call is doing; at most a few times a second. */
  progress(text: string): void;
}

export interface ToolSettings {
  /** The user's own test command line; it is run by bash. */
  readonly testCommand?: string | undefined;
  /** The issue, as the model reads it. */
  readonly statement: string;
  readonly commandTimeoutMs: number;
  readonly testTimeoutMs: number;
  /** When the run must end, in milliseconds since the epoch. */
  readonly deadline: number;
  /** False: edits are checked without language servers and linters of the project. Default true. */
  readonly semanticChecks?: boolean;
}

export interface ToolResult {
  /** What the model reads. */
  readonly text: string;
  readonly isError?: boolean;
  /** JSON for programs: event subscribers, replay, the inspector. */
  readonly data?: unknown;
  /** True ends the run as submitted. */
  readonly endsRun?: boolean;
}

/** Something the model can do. One file in `tools/` each. */
export interface Tool<Input extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** Prose from `prompts/tools/NAME.md`. */
  readonly description: string;
  readonly input: Input;
  /** Milliseconds that it may take after an abort to leave what it has; default 0. */
  readonly graceMs?: number;
  /** @throws {ToolError} told to the model; anything else is a bug */
  run(input: z.output<Input>, context: ToolContext): Promise<ToolResult>;
}

/** Keeps the input type of `run` in step with the schema. */
export function defineTool<Input extends z.ZodType>(tool: Tool<Input>): Tool {
  return tool as unknown as Tool;
}

const schemas = new WeakMap<Tool, ToolSchema>();

/** @returns the tool as models are told of it; optional inputs stay optional in the JSON schema */
export function toolSchema(tool: Tool): ToolSchema {
  const known = schemas.get(tool);
  if (known) return known;
  const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.input, { io: 'input' });
  const schema = { name: tool.name, description: tool.description, inputSchema };
  schemas.set(tool, schema);
  return schema;
}

/**
 * Runs one action: finds the tool, checks the input, runs it, answers with an observation.
 *
 * @throws the signal's reason when it aborts meanwhile, and whatever a bug in a tool throws
 */
export async function runTool(
  tools: readonly Tool[],
  action: Action,
  context: ToolContext,
): Promise<Observation> {
  const start = performance.now();
  const finish = (result: ToolResult & { isFormatError?: boolean }): Observation => ({
    actionId: action.id,
    text: cutToLimit(result.text),
    isError: result.isError ?? false,
    ...(result.isFormatError ? { isFormatError: true } : {}),
    ...(result.endsRun ? { endsRun: true } : {}),
    ...(result.data === undefined ? {} : { data: result.data }),
    durationMs: Math.round(performance.now() - start),
  });
  const tool = tools.find((candidate) => candidate.name === action.tool);
  if (!tool) {
    const names = tools.map((candidate) => candidate.name).join(', ');
    const text = `There is no tool named ${JSON.stringify(action.tool)}. The tools are: ${names}.`;
    return finish({ text, isError: true, isFormatError: true });
  }
  const parsed = tool.input.safeParse(action.input);
  if (!parsed.success) {
    const text = `The call of ${tool.name} was not run; its input is wrong:\n${z.prettifyError(parsed.error)}\nCall it again with the input corrected.`;
    return finish({ text, isError: true, isFormatError: true });
  }
  try {
    context.signal.throwIfAborted();
    const running = tool.run(parsed.data, context);
    return finish(await orAbort(running, context.signal, tool.graceMs));
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ToolError) return finish({ text: error.message, isError: true });
    throw error;
  }
}

/** A tool that does not notice the end of the run must not hold it up. */
async function orAbort<T>(running: Promise<T>, signal: AbortSignal, graceMs = 0): Promise<T> {
  let onAbort = () => {};
  let timer: NodeJS.Timeout | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      if (graceMs === 0) reject(signal.reason);
      else timer = setTimeout(() => reject(signal.reason), graceMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([running, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
    running.catch(() => {});
  }
}

/** The answer to an action that was not run, for instance because the turn was cut. */
export function refusedAction(action: Action, text: string): Observation {
  return { actionId: action.id, text, isError: true, isFormatError: true, durationMs: 0 };
}

function cutToLimit(text: string): string {
  if (text.length <= MAX_OBSERVATION) return text === '' ? '(no output)' : text;
  const notice = `\n[${text.length - MAX_OBSERVATION + 200} characters left out here; ask for a smaller part]\n`;
  const half = Math.floor((MAX_OBSERVATION - notice.length) / 2);
  return text.slice(0, half) + notice + text.slice(-half);
}
