import { posix } from 'node:path';
import type { OwnCall } from '../own-actions.ts';
import * as own from '../own-actions.ts';
import type { Command, EditorInput } from './command.ts';
import { grepPattern } from './grep-pattern.ts';
import { parseMovedCursors, parseWindow, type Window } from './window.ts';

/** Where the recorded session stood when a command came. */
export interface Before {
  /** As recorded; null when no file was open, undefined when the file does not tell. */
  readonly openFile?: string | null | undefined;
  readonly cwd?: string | undefined;
}

/**
 * Follows SWE-agent's file editor through a run - open file, window, cursors, directory, exported variables - and
 * puts each of its commands as a call of our tools. It knows the files only from the recorded observations.
 */
export class EditorFollower {
  readonly #root: string;
  #openFile: string | null = null;
  #cwd: string;
  #window: Window | null = null;
  #cursors = { start: 1, end: 1 };
  readonly #exports: string[] = [];
  /** Content of files just made and not changed since. */
  readonly #fresh = new Map<string, string>();
  readonly #emptyLineDeletes: boolean;

  /**
   * @param root absolute path of the repository in the recording; empty when unknown
   * @param options `emptyLineDeletes`: a range replaced by one empty line is taken out, as in SWE-agent 1.x
   */
  constructor(root: string, options: { emptyLineDeletes: boolean }) {
    this.#root = root;
    this.#cwd = root || '/';
    this.#emptyLineDeletes = options.emptyLineDeletes;
  }

  /**
   * @param observation the recorded answer: what it shows decides what a relative command (scroll, insert) meant
   * @returns the call of our tool that does the same
   */
  map(command: Command, before: Before, observation: string): OwnCall {
    if (before.cwd) this.#cwd = before.cwd;
    if (before.openFile !== undefined && before.openFile !== this.#openFile) {
      this.#openFile = before.openFile;
      this.#window = null;
    }
    const call = this.#call(command, observation);
    this.#follow(command, observation);
    return call;
  }

  #call(command: Command, observation: string): OwnCall {
    const file = this.#path(this.#openFile ?? '');
    switch (command.kind) {
      case 'open':
        return this.#view(command.path, command.line, observation);
      case 'goto':
        return this.#view(undefined, command.line, observation);
      case 'scroll':
        return this.#view(undefined, undefined, observation);
      case 'setCursors':
        return own.view(file, { start: command.start, end: command.end });
      case 'create':
        return this.#create(this.#path(command.path), observation);
      case 'editRange':
        return this.#editLines(file, command.start, command.end, command.lines);
      case 'editCursors':
        return this.#editLines(file, this.#cursors.start, this.#cursors.end, command.lines);
      case 'editReplace':
        return this.#replace(file, command);
      case 'editWindow':
        return this.#replaceWindow(file, command.text);
      case 'insert':
        return this.#insert(file, command.text, command.line);
      case 'findFile':
        return own.findFile(command.name, this.#optionalPath(command.dir));
      case 'searchDir':
        return this.#search(command.term, this.#optionalPath(command.dir));
      case 'searchFile':
        return this.#search(
          command.term,
          command.file === undefined ? file : this.#path(command.file),
        );
      case 'filemap':
        return own.view(this.#path(command.path));
      case 'editor':
        return this.#editor(command.input);
      case 'submit':
        return own.submit();
      case 'bash':
        return own.bash([...this.#exports, command.command].join('\n'));
    }
  }

  /** Takes over what the answer shows: the window, the open file, the cursors. */
  #follow(command: Command, observation: string): void {
    if (command.kind === 'bash') {
      this.#fresh.clear();
      // Their shell lives on between commands, ours does not: later commands bring the variables along.
      const line = command.command.trim();
      if (/^export\s+\w+=[^\n;&|]*$/.test(line)) this.#exports.push(line);
      return;
    }
    const window = parseWindow(observation);
    if (command.kind === 'setCursors') this.#cursors = { start: command.start, end: command.end };
    const moved = parseMovedCursors(observation) ?? window?.cursors;
    if (moved) this.#cursors = moved;
    if (!window) return;
    this.#window = window;
    this.#openFile = posix.resolve(this.#cwd, window.path);
  }

  #view(path: string | undefined, line: number | undefined, observation: string): OwnCall {
    const named = path ?? this.#openFile ?? '';
    const window = parseWindow(observation);
    if (window && window.lines.length > 0) {
      const end = window.firstLine + window.lines.length - 1;
      return own.view(this.#path(named), { start: window.firstLine, end });
    }
    return own.view(this.#path(named), line === undefined ? undefined : { start: line });
  }

  /** Their `create` leaves one empty line or no line at all, by version; the window's header tells which. */
  #create(path: string, observation: string): OwnCall {
    const content = parseWindow(observation)?.totalLines === 0 ? '' : '\n';
    this.#fresh.set(path, content);
    return own.create(path, content);
  }

  #editLines(file: string, start: number, end: number, lines: readonly string[]): OwnCall {
    const wanted = this.#emptyLineDeletes && lines.join() === '' ? [] : lines;
    const fresh = this.#fresh.get(file);
    this.#fresh.delete(file);
    if (fresh === '') return own.replaceText(file, '', wanted.join('\n'));
    // Cursors at 0 mean: before the first line.
    return start < 1
      ? own.replaceLines(file, 1, 0, wanted)
      : own.replaceLines(file, start, end, wanted);
  }

  /** Their search sees the window only, unless it replaces everywhere. */
  #replace(file: string, edit: { search: string; replace: string; all: boolean }): OwnCall {
    const { search, replace, all } = edit;
    const window = this.#window;
    this.#fresh.delete(file);
    if (all || !window || window.lines.length >= window.totalLines) {
      return own.replaceText(file, search, replace, { all });
    }
    const end = window.firstLine + window.lines.length - 1;
    return own.replaceText(file, search, replace, { within: { start: window.firstLine, end } });
  }

  #replaceWindow(file: string, text: string): OwnCall {
    const first = this.#window?.firstLine ?? 1;
    const last = first + Math.max(1, this.#window?.lines.length ?? 1) - 1;
    return this.#editLines(file, first, last, text === '' ? [] : text.split('\n'));
  }

  /** After `line`, or at the end of the file, which the last window's header tells. */
  #insert(file: string, text: string, line: number | undefined): OwnCall {
    const inserted = text.replace(/\n$/, '');
    const fresh = this.#fresh.get(file);
    this.#fresh.delete(file);
    if (line === undefined && fresh !== undefined) {
      // At the end of a file theirs leaves no final line ending.
      return own.replaceText(file, fresh, fresh === '' ? inserted : `${fresh}${inserted}`);
    }
    const after = line ?? this.#window?.totalLines ?? 0;
    return own.replaceLines(file, after + 1, after, inserted.split('\n'));
  }

  #search(term: string, path: string | undefined): OwnCall {
    const { pattern, regex } = grepPattern(term);
    return own.search(pattern, path, regex);
  }

  #editor(input: EditorInput): OwnCall {
    const path = this.#path(input.path);
    switch (input.command) {
      case 'create':
        return own.create(path, input.file_text ?? '');
      case 'str_replace':
        return own.replaceText(path, input.old_str ?? '', input.new_str ?? '');
      case 'insert': {
        const line = input.insert_line ?? 0;
        return own.replaceLines(path, line + 1, line, (input.new_str ?? '').split('\n'));
      }
      case 'undo_edit':
        return own.undo();
      default: {
        const [start, end] = input.view_range ?? [];
        if (start === undefined) return own.view(path);
        return own.view(path, { start, end: end === -1 ? undefined : end });
      }
    }
  }

  #optionalPath(path: string | undefined): string | undefined {
    const place = this.#path(path ?? '.');
    return place === '.' ? undefined : place;
  }

  /** Relative to the repository where it lies inside it, else absolute as recorded. */
  #path(path: string): string {
    const absolute = posix.resolve(this.#cwd, path);
    if (!this.#root) return path || '.';
    const relative = posix.relative(this.#root, absolute);
    if (relative === '') return '.';
    return relative.startsWith('..') ? absolute : relative;
  }
}
