import { stripVTControlCharacters } from 'node:util';

/** Control and format characters, which hide or reorder text; tab and newline are none of them. */
const HIDDEN = /(?![\t\n])[\p{Cc}\p{Cf}]/gu;

/**
 * Makes untrusted text safe to read: terminal sequences are taken out, line ends become `\n`, and characters that
 * would hide or reorder what stands around them are spelled out, as in `⟨U+202E⟩`.
 */
export function visibleText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replace(HIDDEN, (char) => {
      const code = char.codePointAt(0) ?? 0;
      return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
    });
}
