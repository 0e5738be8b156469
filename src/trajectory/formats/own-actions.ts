/**
 * A call of one of our own tools, without its id. The names and inputs are those of `tools/`; a test holds the two
 * together, since formats stand below the tools and cannot import them.
 */
export interface OwnCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Lines to show, from 1; `end` inclusive. */
export interface LineRange {
  readonly start: number;
  readonly end?: number | undefined;
}

export function view(path: string, range?: LineRange): OwnCall {
  return {
    tool: 'view',
    input: {
      path,
      ...(range ? { start_line: range.start } : {}),
      ...(range?.end === undefined ? {} : { end_line: range.end }),
    },
  };
}

/** A new file. */
export function create(path: string, content: string): OwnCall {
  return { tool: 'create', input: { path, content } };
}

/**
 * Exact text, which must be unique unless `all`.
 *
 * @param within lines to look in, from 1; the whole file without it
 */
export function replaceText(
  path: string,
  from: string,
  to: string,
  options: { all?: boolean | undefined; within?: LineRange | undefined } = {},
): OwnCall {
  const { all = false, within } = options;
  return {
    tool: 'edit',
    input: {
      path,
      old_text: from,
      new_text: to,
      ...(all ? { replace_all: true } : {}),
      ...(within ? { start_line: within.start, end_line: within.end } : {}),
    },
  };
}

/** Lines `start` to `end`, inclusive, from 1. `end` one below `start` puts the lines before line `start`. */
export function replaceLines(
  path: string,
  start: number,
  end: number,
  lines: readonly string[],
): OwnCall {
  // The tool takes one final line ending off, so an empty last line needs one of its own.
  const text = lines.join('\n') + (lines.at(-1) === '' ? '\n' : '');
  return { tool: 'edit', input: { path, start_line: start, end_line: end, new_text: text } };
}

export function undo(): OwnCall {
  return { tool: 'undo', input: {} };
}

/** A fixed string unless `regex`. */
export function search(pattern: string, path: string | undefined, regex: boolean): OwnCall {
  return {
    tool: 'search',
    input: {
      pattern,
      ...(regex ? { kind: 'regex' } : {}),
      ...(path === undefined ? {} : { path }),
    },
  };
}

/** Part of a file's name, or a glob. */
export function findFile(name: string, path: string | undefined): OwnCall {
  return { tool: 'find_file', input: { name, ...(path === undefined ? {} : { path }) } };
}

export function bash(command: string): OwnCall {
  return { tool: 'bash', input: { command } };
}

export function submit(): OwnCall {
  return { tool: 'submit', input: {} };
}
