import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/trajectory/formats/sweagent/command.ts';
import { grepPattern } from '../../../src/trajectory/formats/sweagent/grep-pattern.ts';
import { parseWindow, splitPrompt } from '../../../src/trajectory/formats/sweagent/window.ts';

describe('parseCommand', () => {
  it.each([
    ['ls -la\n', { kind: 'bash', command: 'ls -la' }],
    ['open "a b.py" 12', { kind: 'open', path: 'a b.py', line: 12 }],
    ['open src/a.py\n', { kind: 'open', path: 'src/a.py', line: undefined }],
    ['goto 40\n', { kind: 'goto', line: 40 }],
    ['scroll_down\n', { kind: 'scroll' }],
    ['create a.py\n', { kind: 'create', path: 'a.py' }],
    ['set_cursors 3 9', { kind: 'setCursors', start: 3, end: 9 }],
    ['submit\n', { kind: 'submit' }],
    ["submit 'flag{x}'\n", { kind: 'bash', command: "submit 'flag{x}'" }],
    ['find_file *.py src', { kind: 'findFile', name: '*.py', dir: 'src' }],
    ['search_dir "def f(" src', { kind: 'searchDir', term: 'def f(', dir: 'src' }],
    ['search_file x', { kind: 'searchFile', term: 'x', file: undefined }],
    ["insert 'a\nb' 3", { kind: 'insert', text: 'a\nb', line: 3 }],
    ['open a.py && ls', { kind: 'bash', command: 'open a.py && ls' }],
    ['search_dir x | head', { kind: 'bash', command: 'search_dir x | head' }],
    ['opening a', { kind: 'bash', command: 'opening a' }],
  ])('%j', (action, command) => {
    expect(parseCommand(action)).toEqual(command);
  });

  it('reads a line-range edit to its end marker, empty lines included', () => {
    const action = 'edit 3:5\n    a = "end_of_edit"\n\nend_of_edit\n';
    const lines = ['    a = "end_of_edit"', ''];
    expect(parseCommand(action)).toEqual({ kind: 'editRange', start: 3, end: 5, lines });
  });

  it('tells one empty line from none', () => {
    expect(parseCommand('edit 3:5\n\nend_of_edit')).toMatchObject({ lines: [''] });
    expect(parseCommand('edit 3:5\nend_of_edit')).toMatchObject({ lines: [] });
  });

  it('reads an edit between the cursors', () => {
    expect(parseCommand('edit\nx = 1\nend_of_edit\n')).toEqual({
      kind: 'editCursors',
      lines: ['x = 1'],
    });
  });

  it('unquotes search and replacement, quotes and newlines inside included', () => {
    const action = `edit 'it'"'"'s' 'a\n  "b" $HOME \`c\`'`;
    expect(parseCommand(action)).toEqual({
      kind: 'editReplace',
      search: "it's",
      replace: 'a\n  "b" $HOME `c`',
      all: false,
    });
  });

  it('takes any third word as "everywhere", as their command line does', () => {
    expect(parseCommand("edit 'a' 'b' False")).toMatchObject({ all: true });
  });

  it("reads Anthropic's editor with its options", () => {
    const action =
      "str_replace_editor str_replace /testbed/a.py --old_str 'a --x' --new_str '' --view_range 1 5";
    expect(parseCommand(action)).toEqual({
      kind: 'editor',
      input: {
        command: 'str_replace',
        path: '/testbed/a.py',
        file_text: undefined,
        old_str: 'a --x',
        new_str: '',
        insert_line: undefined,
        view_range: [1, 5],
      },
    });
  });
});

describe('parseWindow', () => {
  it('reads path, total, numbers and lines', () => {
    const text =
      '[File: /r/a.py (9 lines total)]\n(2 more lines above)\n3:a\n4:\n(5 more lines below)';
    expect(parseWindow(text)).toEqual({
      path: '/r/a.py',
      totalLines: 9,
      firstLine: 3,
      lines: ['a', ''],
    });
  });

  it('takes the last window, and the cursors where they are marked', () => {
    const text = [
      '[File: a.py (3 lines total)]',
      '1:bad',
      '---',
      '[File: a.py (3 lines total)]',
      '1:x',
      '<<<<< START CURSOR >>>>>',
      '2:y',
      '3:z',
      '<<<<< END CURSOR >>>>>',
    ].join('\n');
    expect(parseWindow(text)).toMatchObject({
      lines: ['x', 'y', 'z'],
      cursors: { start: 2, end: 3 },
    });
  });

  it('stops at a line that only looks numbered', () => {
    expect(parseWindow('[File: a (1 lines total)]\n1:x\n7:note')?.lines).toEqual(['x']);
  });

  it('returns null without a header', () => {
    expect(parseWindow('1:x')).toBeNull();
  });
});

it('splits the prompt off an observation of the history', () => {
  const text = 'hi\n(Open file: n/a)\n(Current directory: /r)\nbash-$';
  expect(splitPrompt(text)).toEqual({ openFile: null, cwd: '/r', rest: 'hi' });
  expect(splitPrompt('hi')).toBeNull();
});

describe('grepPattern', () => {
  it.each([
    ['def f(', 'def f(', false],
    ['os.path', 'os.path', false],
    ['^def ', '^def ', true],
    ['a.*b(c)', 'a.*b\\(c\\)', true],
    ['a\\|b', 'a|b', true],
    ['[a-z]+', '[a-z]\\+', true],
    ['*x', '\\*x', true],
    ['x[0', 'x\\[0', true],
  ])('%s', (term, pattern, regex) => {
    expect(grepPattern(term)).toEqual({ pattern, regex });
    if (regex) expect(() => new RegExp(pattern)).not.toThrow();
  });
});
