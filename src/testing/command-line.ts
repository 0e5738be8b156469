import { parse, quote } from 'shell-quote';

/** One simple command of a shell line. */
export interface SimpleCommand {
  readonly env: Readonly<Record<string, string>>;
  /** Globs stay as they are written. */
  readonly words: readonly string[];
}

/**
 * Takes a shell line apart where it is a plain chain of commands (`a && b; c`).
 *
 * @returns null for anything a shell must interpret: pipes, redirections, substitutions, variables, control words
 */
export function splitCommandLine(line: string): SimpleCommand[] | null {
  if (/[`\n]|\$\(|\$\{?[A-Za-z_]/.test(line)) return null;
  const commands: SimpleCommand[] = [];
  let words: string[] = [];
  const finish = () => {
    if (words.length > 0) commands.push(takeEnvironment(words));
    words = [];
  };
  for (const token of parse(line)) {
    if (typeof token === 'string') words.push(token);
    else if ('comment' in token) continue;
    else if (token.op === 'glob') words.push(token.pattern);
    else if (token.op === '&&' || token.op === ';') finish();
    else return null;
  }
  finish();
  const control = ['if', 'for', 'while', 'case', '{', '!', 'function', 'source', '.', 'eval'];
  return commands.some((command) => control.includes(command.words[0] ?? '')) ? null : commands;
}

/** Moves leading `NAME=value` words, also after `env` and `cross-env`, into the environment. */
function takeEnvironment(words: readonly string[]): SimpleCommand {
  const env: Record<string, string> = {};
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] ?? '';
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
    if (match?.[1] !== undefined) env[match[1]] = match[2] ?? '';
    else if (!['env', 'cross-env', 'cross-env-shell'].includes(word)) break;
  }
  return { env, words: words.slice(at) };
}

/** A command as shell text; globs are left to the shell. */
export function toShell(command: SimpleCommand): string {
  const env = Object.entries(command.env).map(([name, value]) => `${name}=${quote([value])}`);
  const words = command.words.map((word) => (/^[\w./*?{},@-]+$/.test(word) ? word : quote([word])));
  return [...env, ...words].join(' ');
}

/** Argument array as a person would type it. */
export function display(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
