import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openBench } from './harness.ts';

const bench = openBench({ files: { 'src/a.txt': 'a\n' }, commandTimeoutMs: 60_000 });
afterAll(() => bench.close());

const bash = (command: string, timeout?: number) =>
  bench.call('bash', timeout === undefined ? { command } : { command, timeout });

describe('bash', () => {
  test('gives output and error output in order, and the exit code', async () => {
    const answer = await bash('echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three; exit 3');
    expect(answer.text).toBe('one\ntwo\nthree\n[exit code 3]');
    expect(answer.isError).toBe(true);
    expect(answer.data).toEqual({ exitCode: 3, timedOut: false });
  });

  test('says so when there is no output', async () => {
    expect((await bash('true')).text).toBe('[no output, exit code 0]');
    expect((await bash('true')).isError).toBe(false);
  });

  test('keeps the working directory and nothing else', async () => {
    const there = await bash('cd src && export LEFT=1 && f() { :; }');
    expect(there.text).toBe('[no output, exit code 0]\n[working directory: src]');
    const after = await bash('pwd; echo "[$LEFT]"; type f');
    expect(after.text).toContain(`${join(bench.seenRoot, 'src')}\n[]\n`);
    expect(after.text).toContain('f: not found');
    expect((await bash('cd "$OLDPWD" 2>/dev/null; cd ..')).text).toContain('working directory: ');
    expect((await bash('pwd')).text).toBe(bench.seenRoot);
  });

  test.each([
    ['exit', 'cd src; exit 4', '[exit code 4]'],
    ['an error under set -e', 'set -e; cd src; false; echo no', '[exit code 1]'],
  ])('keeps the working directory after %s', async (_, command, text) => {
    expect((await bash(command)).text).toBe(`${text}\n[working directory: src]`);
    await bash(`cd ${bench.seenRoot}`);
  });

  test('comes back to the repository from outside of it', async () => {
    const answer = await bash('cd /');
    expect(answer.text).toContain('The next command starts in . again: / is outside');
    expect((await bash('pwd')).text).toBe(bench.seenRoot);
  });

  test('starts at the root when its folder was removed', async () => {
    mkdirSync(join(bench.root, 'gone'));
    expect((await bash('cd gone')).text).toContain('working directory: gone');
    await bash('cd ..; rmdir gone; cd /');
    bench.context.session.cwd = 'gone';
    expect((await bash('pwd')).text).toBe(bench.seenRoot);
  });

  test('has a closed standard input', async () => {
    expect((await bash('cat; read -r x; echo "end $?"')).text).toBe('end 1');
  });

  test('stops at the deadline with all its children and keeps what was printed', async () => {
    const answer = await bash('echo before; sleep 300 & sleep 300', 0.5);
    expect(answer.text).toMatch(/^before\n\[Stopped after 0\.5 s with all its processes/);
    expect(answer.text).toContain('A larger timeout is possible, up to 60 s.');
    expect((await bash('pgrep -f "sleep 30[0]" || echo none')).text).toContain('none');
  });

  test('cuts long output in the middle and keeps the whole where view can page it', async () => {
    const answer = await bash('seq 1 30000');
    expect(answer.text.length).toBeLessThan(21_000);
    expect(answer.text).toMatch(/^1\n2\n/);
    expect(answer.text).toMatch(/\[… \d+ characters \(\d+ lines\) left out …\]/);
    expect(answer.text).toContain('\n30000\n');
    const file = /the whole is in (\S+);/.exec(answer.text)?.[1];
    const page = await bench.call('view', { path: file, start_line: 15_000, end_line: 15_001 });
    expect(page.text).toContain('15000\t15000\n15001\t15001\n(14999 more lines below)');
    const change = await bench.call('edit', {
      path: file,
      start_line: 1,
      end_line: 1,
      new_text: 'x',
    });
    expect(change.text).toContain('not part of the repository');
  });

  test('takes a command of any size', async () => {
    const answer = await bash(`x='${'y'.repeat(3_000_000)}'; echo "\${#x}"`);
    expect(answer.text).toBe('3000000');
  });

  test('takes scripts with quotes, here-documents and errors', async () => {
    const script = `cat <<'EOF'\n"$HOME" \`no\` 'q'\nEOF\nfor i in 1 2; do\n  echo "$i $#"\ndone`;
    expect((await bash(script)).text).toBe('"$HOME" `no` \'q\'\n1 0\n2 0');
    const wrong = await bash('echo ok\nif then');
    expect(wrong.isError).toBe(true);
    expect(wrong.text).toContain("line 2: syntax error near unexpected token `then'");
  });

  test('shows what a terminal would: no colours, no overwritten lines', async () => {
    const answer = await bash(`printf '\\033[31mred\\033[0m\\n10%%\\r50%%\\r100%%\\nend\\r\\n'`);
    expect(answer.text).toBe('red\n100%\nend');
  });

  test('shows bytes that are no text without failing', async () => {
    expect((await bash(`printf 'a\\377b\\0c'`)).isError).toBe(false);
  });

  test('names a program that is not there', async () => {
    const answer = await bash('no_such_program');
    expect(answer.text).toContain('no_such_program: command not found');
    expect(answer.text).toContain('[exit code 127]');
  });

  test('is not followed into a folder of another user by a file it wrote itself', async () => {
    // The folder note is data: a command may write anything into it.
    chmodSync(bench.root, 0o755);
    const answer = await bash(
      'trap - EXIT; for f in "$TMPDIR"/../cwd-* /run/patchwright/cwd-*; do test ! -e "$f" || echo /etc >"$f"; done',
    );
    expect(answer.isError).toBe(false);
    expect((await bash('pwd')).text).toBe(bench.seenRoot);
  });
});
