import { diffLines } from 'diff';
import { useState } from 'preact/hooks';
import { visible } from './text.tsx';

const SHOWN_LINES = 400;

interface Line {
  readonly kind: 'add' | 'del' | 'same' | 'head';
  readonly text: string;
}

function Lines({ lines }: { lines: readonly Line[] }) {
  const [count, setCount] = useState(SHOWN_LINES);
  return (
    <div class="diff">
      {lines.slice(0, count).map((line, index) => (
        <div key={index} class={line.kind}>
          {visible(line.text).slice(0, 2_000) || ' '}
        </div>
      ))}
      {lines.length > count && (
        <button type="button" onClick={() => setCount(count + 2_000)}>
          show {lines.length - count} more lines
        </button>
      )}
    </div>
  );
}

/** A patch as git prints it, coloured. */
export function Patch({ patch }: { patch: string }) {
  if (patch === '') return <p class="dim">No change.</p>;
  const lines = patch.replace(/\n$/, '').split('\n');
  return <Lines lines={lines.map((text): Line => ({ kind: kindOf(text), text }))} />;
}

function kindOf(line: string): Line['kind'] {
  if (/^(diff --git |index |@@ |\+\+\+ |--- |new file|deleted file)/.test(line)) return 'head';
  if (line.startsWith('+')) return 'add';
  return line.startsWith('-') ? 'del' : 'same';
}

/** Old and new text of an edit, line by line. */
export function EditDiff({ before, after }: { before: string; after: string }) {
  const lines = diffLines(before, after).flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map((text): Line => {
        const kind = added ? 'add' : removed ? 'del' : 'same';
        return { kind, text: `${added ? '+' : removed ? '-' : ' '} ${text}` };
      }),
  );
  return <Lines lines={lines} />;
}
