/**
 * Puts a basic regular expression, as `grep` without options reads it, into the syntax our search takes.
 *
 * @returns `regex: false` with the text itself when the pattern has nothing special in it
 */
export function grepPattern(term: string): { pattern: string; regex: boolean } {
  if (!/[\\[\]*.^$]/.test(term)) return { pattern: term, regex: false };
  if (/^[^\\[\]*^$]*$/.test(term) && !/\.[*+?]/.test(term)) {
    // Only dots, as in `module.function`: they were meant as they stand.
    return { pattern: term, regex: false };
  }
  let pattern = '';
  for (let at = 0; at < term.length; at++) {
    const char = term[at] ?? '';
    const next = term[at + 1] ?? '';
    if (char === '[') {
      const bracket = bracketExpression(term.slice(at));
      if (bracket === null) pattern += '\\[';
      else {
        pattern += bracket.replaceAll('\\', '\\\\');
        at += bracket.length - 1;
      }
    } else if (char === '\\' && at + 1 < term.length) {
      at++;
      pattern += '(){}|+?'.includes(next) ? next : `\\${next}`;
    } else if ('(){}|+?'.includes(char)) pattern += `\\${char}`;
    else if (char === '*' && (at === 0 || pattern === '^')) pattern += '\\*';
    else pattern += char;
  }
  return { pattern, regex: true };
}

/** `[a-z]`, `[^]x]`; null when it is not closed. */
function bracketExpression(text: string): string | null {
  return /^\[\^?\]?[^\]]*\]/.exec(text)?.[0] ?? null;
}
