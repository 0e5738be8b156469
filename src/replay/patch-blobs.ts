/** What a patch says of one file: git's ids of its content, as far as they are printed. */
export interface PatchBlob {
  readonly path: string;
  /** Hexadecimal, maybe abbreviated; all zeros for a file that is not there. */
  readonly before: string;
  readonly after: string;
  /** Mode after the change, for instance `100755`; empty when the patch does not tell. */
  readonly mode: string;
}

/**
 * Reads the blob ids of every file that a patch touches (`index a..b`).
 *
 * @param patch as `git diff` prints it
 */
export function patchBlobs(patch: string): PatchBlob[] {
  return patch
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .map((part) => {
      const head = part.split(/^(?:@@ |GIT binary patch)/m)[0] ?? '';
      const [, before = '', after = '', mode = ''] =
        /^index ([0-9a-f]+)\.\.([0-9a-f]+)(?: (\d+))?$/m.exec(head) ?? [];
      const changed = /^(?:new file mode|new mode) (\d+)$/m.exec(head)?.[1];
      return { path: pathOf(head), before, after, mode: changed ?? mode };
    });
}

/** The path after the change, before it for a removed file; names with special characters stand in quotes. */
function pathOf(head: string): string {
  const renamed = /^rename to (.+)$/m.exec(head)?.[1];
  if (renamed !== undefined) return unquote(renamed);
  const named = /^\+\+\+ ("?)b\/(.+)$/m.exec(head) ?? /^--- ("?)a\/(.+)$/m.exec(head);
  if (named) return unquote(`${named[1]}${named[2]}`.replace(/\t$/, ''));
  const first = head.slice('diff --git '.length).split('\n')[0] ?? '';
  if (first.startsWith('"')) return unquote(`"${/ "b\/(.*)$/.exec(first)?.[1] ?? ''}`);
  // `a/NAME b/NAME`: both halves are the same name.
  return first.slice((first.length + 1) / 2 + 2);
}

/** Takes git's C quoting off a path: octal bytes in UTF-8, escapes, the quotes. */
function unquote(name: string): string {
  if (!name.startsWith('"')) return name;
  const chars = [...name.slice(1).replace(/"$/, '')];
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
  const bytes: Buffer[] = [];
  for (let at = 0; at < chars.length; at++) {
    const octal = /^\\([0-7]{3})$/.exec(chars.slice(at, at + 4).join(''))?.[1];
    if (octal !== undefined) {
      bytes.push(Buffer.from([Number.parseInt(octal, 8)]));
      at += 3;
    } else if (chars[at] === '\\') {
      at++;
      const char = chars[at] ?? '';
      bytes.push(Buffer.from(escapes[char] ?? char));
    } else bytes.push(Buffer.from(chars[at] ?? ''));
  }
  return Buffer.concat(bytes).toString('utf8');
}

export interface BlobComparison {
  readonly path: string;
  readonly agrees: boolean;
  /** One line for a person. */
  readonly detail: string;
}

/**
 * Compares the final patches of a recording and its replay, file by file, by blob id.
 *
 * @param options `onlyRecorded`: files that only the replay changed do not count (the recording left them out itself)
 */
export function comparePatches(
  recorded: string,
  replayed: string,
  options: { onlyRecorded: boolean },
): BlobComparison[] {
  const left = patchBlobs(recorded);
  const right = new Map(patchBlobs(replayed).map((blob) => [blob.path, blob]));
  const compared = left.map((blob) => compareBlob(blob, right.get(blob.path)));
  if (options.onlyRecorded) return compared;
  const known = new Set(left.map(({ path }) => path));
  const added = [...right.values()].filter(({ path }) => !known.has(path));
  return [
    ...compared,
    ...added.map(({ path }) => ({ path, agrees: false, detail: 'changed in the replay only' })),
  ];
}

function compareBlob(recorded: PatchBlob, replayed: PatchBlob | undefined): BlobComparison {
  const { path } = recorded;
  if (!replayed) return { path, agrees: false, detail: 'changed in the recording only' };
  if (sameId(recorded.after, replayed.after)) {
    return { path, agrees: true, detail: recorded.after.slice(0, 10) };
  }
  const ids = `${short(recorded.after)} in the recording, ${short(replayed.after)} in the replay`;
  const base = sameId(recorded.before, replayed.before) ? '' : ', and it began from other content';
  return { path, agrees: false, detail: `${ids}${base}` };
}

function sameId(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length);
  // A mode change has no ids at all, on both sides.
  return length === 0 ? a === b : a.slice(0, length) === b.slice(0, length);
}

function short(id: string): string {
  return id === '' ? '(none)' : id.slice(0, 10);
}
