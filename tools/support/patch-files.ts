/** One file of a patch in git's format. */
export interface PatchFile {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted' | 'renamed';
  readonly binary: boolean;
  readonly added: number;
  readonly removed: number;
  /** The part of the patch that is about this file. */
  readonly text: string;
}

/** Splits a patch as `git diff` prints it (prefixes `a/`, `b/`) into its files. */
export function patchFiles(patch: string): PatchFile[] {
  return patch
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .map(fileOf);
}

function fileOf(text: string): PatchFile {
  const headEnd = text.search(/^(@@ |GIT binary patch|Binary files )/m);
  const head = headEnd < 0 ? text : text.slice(0, headEnd);
  const body = headEnd < 0 ? '' : text.slice(headEnd);
  const binary = /^(GIT binary patch|Binary files )/.test(body);
  const lines = binary ? [] : hunkLines(body);
  return {
    path: pathOf(head),
    status: /^new file mode/m.test(head)
      ? 'added'
      : /^deleted file mode/m.test(head)
        ? 'deleted'
        : /^rename from/m.test(head)
          ? 'renamed'
          : 'modified',
    binary,
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
    text,
  };
}

function hunkLines(body: string): string[] {
  return body.split('\n').filter((line) => !line.startsWith('@@ '));
}

function pathOf(head: string): string {
  const renamed = /^rename to (.*)$/m.exec(head)?.[1];
  if (renamed) return unquoted(renamed);
  const named = /^\+\+\+ (.*)$/m.exec(head)?.[1];
  const old = /^--- (.*)$/m.exec(head)?.[1];
  const shown = named && named !== '/dev/null' ? named : old;
  if (shown && shown !== '/dev/null') return withoutPrefix(unquoted(shown.replace(/\t$/, '')));
  const first = head.slice('diff --git '.length).split('\n', 1)[0] ?? '';
  if (first.startsWith('"'))
    return withoutPrefix(unquoted(first.slice(0, first.indexOf('" ') + 1)));
  // Both sides are the same name here: `a/NAME b/NAME`.
  return withoutPrefix(first.slice(0, (first.length - 1) / 2));
}

function withoutPrefix(path: string): string {
  return path.replace(/^[ab]\//, '');
}

/** Git quotes unusual names like C strings, bytes in octal. */
function unquoted(name: string): string {
  if (!name.startsWith('"')) return name;
  const simple: Record<string, number> = {
    n: 10,
    t: 9,
    r: 13,
    '"': 34,
    '\\': 92,
    a: 7,
    b: 8,
    f: 12,
    v: 11,
  };
  const bytes: number[] = [];
  const body = Buffer.from(name.slice(1, -1), 'utf8').toString('latin1');
  for (const [part] of body.matchAll(/\\[0-7]{3}|\\.|[^\\]/gs)) {
    if (!part.startsWith('\\')) bytes.push(part.charCodeAt(0));
    else if (part.length === 4) bytes.push(Number.parseInt(part.slice(1), 8));
    else bytes.push(simple[part.slice(1)] ?? part.charCodeAt(1));
  }
  return Buffer.from(bytes).toString('utf8');
}
