/** Names that a shell answers itself, or reads as its own syntax. */
const OWN_NAMES = new Set(
  `. : [ alias bg bind break builtin caller case cd command compgen complete compopt continue coproc declare dirs disown do
   done echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash help history if in jobs
   kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set shift shopt source
   suspend test then time times trap true type typeset ulimit umask unalias unset until wait while`.split(
    /\s+/,
  ),
);

/** Characters that mean themselves, and quotes in which all do. */
const WORD = /(?:[\w./:,@%+^=-]+|'[^']*'|"[^"$`\\]*")+/y;
const PART = /'([^']*)'|"([^"]*)"|([^'"]+)/g;

/**
 * Reads a command line that starts one program with arguments as they stand: nothing in it is left for a shell to do,
 * as make decides it too (job.c, `construct_command_argv`).
 *
 * @returns the program's name and its arguments; null for any other line
 */
export function plainCommand(line: string): string[] | null {
  const words: string[] = [];
  const text = line.trim();
  let at = 0;
  while (at < text.length) {
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (word === undefined) return null;
    at += word.length;
    words.push(
      word.replace(PART, (_, single = '', double = '', bare = '') => single + double + bare),
    );
    const space = /^[ \t]+/.exec(text.slice(at))?.[0] ?? '';
    if (space === '' && at < text.length) return null;
    at += space.length;
  }
  const [name = ''] = words;
  const isName = /^[\w.+-]+$/.test(name) && text.startsWith(name) && !OWN_NAMES.has(name);
  return isName ? words : null;
}

/** Whether a script may end in another folder than it starts in; it says so of some that do not. */
export function mayChangeFolder(script: string): boolean {
  return /c['"\\]*d|pushd|popd|eval|source|builtin|command|exec|alias|(?:^|[\s;&|({`!])\.\s/.test(
    script,
  );
}
