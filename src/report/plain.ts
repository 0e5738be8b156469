/** C0 and C1 controls but tab, and the marks that reorder or hide text. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be made visible
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * One line of untrusted text for a terminal: escape sequences and bidirectional marks become visible dots.
 *
 * @param width characters at the most; a longer line ends in `…`
 */
export function plain(text: string, width = Number.POSITIVE_INFINITY): string {
  const safe = text.replace(UNSAFE, '·');
  return safe.length > width ? `${safe.slice(0, Math.max(0, width - 1))}…` : safe;
}

/** The first line with something on it, for titles. */
export function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
