/** One character of a C-quoted path: an octal byte, a named escape, or the character itself. */
const ESCAPE = /\\([0-3][0-7]{2}|.)/g;
const NAMED: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** A path as git prints it, quoted or not. */
function unquote(path: string): string {
  if (!path.startsWith('"')) return path;
  const inner = path.slice(1, path.lastIndexOf('"'));
  const bytes = Buffer.from(inner, 'utf8').toString('latin1');
  const plain = bytes.replace(ESCAPE, (_, code: string) =>
    String.fromCharCode(
      code.length === 3 ? Number.parseInt(code, 8) : (NAMED[code] ?? code.charCodeAt(0)),
    ),
  );
  return Buffer.from(plain, 'latin1').toString('utf8');
}

/** Without the first part of its name, which `git apply` and `patch -p1` both drop. */
function withoutPrefix(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}

const HEADER =
  /^(?:(?:\+\+\+|---) (?<file>[^\n\t]+)|(?:rename|copy) (?:to|from) (?<moved>[^\n]+)|diff --git (?<pair>[^\n]+))/gm;

/**
 * Every path that a unified diff may write to, remove or read from, in its order. Too many rather than too few: a
 * line of a hunk that looks like a header counts.
 */
export function patchedPaths(patch: string): string[] {
  const paths = new Set<string>();
  for (const { groups = {} } of patch.matchAll(HEADER)) {
    const { file, moved, pair } = groups;
    if (moved !== undefined) paths.add(unquote(moved.trimEnd()));
    if (file !== undefined && !file.startsWith('/dev/null')) {
      paths.add(withoutPrefix(unquote(file.trimEnd())));
    }
    const second = pair === undefined ? undefined : / (b\/.*|"b\/.*")$/.exec(pair.trimEnd())?.[1];
    if (second !== undefined) paths.add(withoutPrefix(unquote(second)));
  }
  return [...paths];
}
