import { posix } from 'node:path';
import type { OwnCall } from './own-actions.ts';
import * as own from './own-actions.ts';

type Args = Readonly<Record<string, unknown>>;

/** Names under which agents run a command line, with the argument that holds it. */
const SHELLS: Readonly<Record<string, readonly string[]>> = {
  bash: ['command'],
  Bash: ['command'],
  bash_command: ['command', 'keystrokes'],
  execute_bash: ['command'],
  execute_command: ['command'],
  run_shell_command: ['command'],
  run_terminal_cmd: ['command'],
  shell: ['command', 'cmd'],
  local_shell: ['command'],
  exec_command: ['cmd', 'command'],
  terminal: ['command'],
};

const ENDS = new Set(['submit', 'finish', 'mark_task_complete', 'attempt_completion', 'complete']);

/**
 * Puts a call of a common coding agent's tool as a call of ours. One that is not known stays as it is: it can be
 * read, and on replay its difference is told.
 *
 * @param root absolute path of the repository in the recording; empty when unknown
 */
export function mapForeignCall(name: string, args: Args, root: string): OwnCall {
  if (ENDS.has(name)) return own.submit();
  const shell = Object.hasOwn(SHELLS, name) ? SHELLS[name] : undefined;
  for (const key of shell ?? []) {
    const command = args[key];
    if (typeof command === 'string') return own.bash(command.replace(/\n$/, ''));
    if (Array.isArray(command)) return own.bash(scriptOf(command));
  }
  const text = (...keys: string[]) => textOf(args, keys);
  const path = relativeTo(root, text('file_path', 'path', 'absolute_path', 'target_file') ?? '.');
  switch (name) {
    case 'Read':
    case 'read_file':
    case 'read': {
      const start = numberOf(args.offset);
      const count = numberOf(args.limit);
      if (start === undefined && count === undefined) return own.view(path);
      const first = start ?? 1;
      return own.view(path, { start: first, end: count && first + count - 1 });
    }
    case 'Edit':
    case 'replace': {
      const from = text('old_string', 'old_str') ?? '';
      return own.replaceText(path, from, text('new_string') ?? '', {
        all: args.replace_all === true,
      });
    }
    case 'Write':
    case 'write_file':
    case 'write':
      return own.create(path, text('content', 'contents') ?? '');
    case 'Grep':
    case 'grep':
      return own.search(text('pattern') ?? '', placeOf(root, text('path')), true);
    case 'Glob':
    case 'glob':
      return own.findFile(text('pattern') ?? '', placeOf(root, text('path')));
    case 'LS':
      return own.view(path);
    default:
      return { tool: name, input: args };
  }
}

/** `["bash", "-lc", SCRIPT]` is SCRIPT; another argument array is put in quotes word by word. */
function scriptOf(words: readonly unknown[]): string {
  const [first, option, script] = words.map(String);
  if (/^(.*\/)?(ba|z|da)?sh$/.test(first ?? '') && /^-\w*c$/.test(option ?? '') && script) {
    return script;
  }
  return words.map((word) => `'${String(word).replaceAll("'", `'\\''`)}'`).join(' ');
}

function placeOf(root: string, path: string | undefined): string | undefined {
  const place = path === undefined ? '.' : relativeTo(root, path);
  return place === '.' ? undefined : place;
}

/** Relative to the repository where it lies inside it, else as given. */
export function relativeTo(root: string, path: string): string {
  if (!root || !posix.isAbsolute(path)) return path || '.';
  const relative = posix.relative(root, path);
  if (relative === '') return '.';
  return relative.startsWith('..') ? path : relative;
}

function textOf(args: Args, keys: readonly string[]): string | undefined {
  for (const key of keys) if (typeof args[key] === 'string') return args[key];
  return undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}
