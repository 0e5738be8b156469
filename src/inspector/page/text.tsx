import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import typescript from 'highlight.js/lib/languages/typescript';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

for (const [name, language] of Object.entries({
  bash,
  go,
  java,
  javascript,
  json,
  python,
  rust,
  typescript,
})) {
  hljs.registerLanguage(name, language);
}

const LANGUAGES: Readonly<Record<string, string>> = {
  py: 'python',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  go: 'go',
  rs: 'rust',
  java: 'java',
  json: 'json',
  sh: 'bash',
};

/** Longer lines are cut: a line of megabytes would stop the layout. */
const MAX_LINE = 2_000;
const MAX_SHOWN = 20_000;
const MAX_HIGHLIGHTED = 20_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is taken out
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
const HIDDEN = /(?![\t\n])[\p{Cc}\p{Cf}]/gu;

/** Untrusted text as it may be shown: no terminal sequences, hidden and reordering characters spelled out. */
export function visible(text: string): string {
  return text
    .replace(TERMINAL, '')
    .replaceAll('\r\n', '\n')
    .replace(
      HIDDEN,
      (char) => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
    );
}

function cutLines(text: string): string {
  if (text.length <= MAX_LINE) return text;
  return text
    .split('\n')
    .map((line) =>
      line.length > MAX_LINE
        ? `${line.slice(0, MAX_LINE)}… [+${line.length - MAX_LINE} characters]`
        : line,
    )
    .join('\n');
}

/** @returns the language of a path for the highlighter; empty when it has none */
export function languageOf(path: string): string {
  return LANGUAGES[/\.(\w+)$/.exec(path)?.[1] ?? ''] ?? '';
}

/** A block of text; long ones show their beginning first. The highlighter escapes what it is given. */
export function Block(props: { text: string; language?: string | undefined; kind?: string }) {
  const [whole, setWhole] = useState(false);
  const element = useRef<HTMLElement>(null);
  const full = visible(props.text);
  const shown = cutLines(whole ? full : full.slice(0, MAX_SHOWN));
  const language = props.language && shown.length <= MAX_HIGHLIGHTED ? props.language : '';
  useLayoutEffect(() => {
    if (!element.current) return;
    if (language) element.current.innerHTML = hljs.highlight(shown, { language }).value;
    else element.current.textContent = shown;
  }, [shown, language]);
  return (
    <div class={`block ${props.kind ?? ''}`}>
      <pre>
        <code ref={element} />
      </pre>
      {!whole && full.length > MAX_SHOWN && (
        <button type="button" onClick={() => setWhole(true)}>
          show {full.length - MAX_SHOWN} more characters
        </button>
      )}
    </div>
  );
}
