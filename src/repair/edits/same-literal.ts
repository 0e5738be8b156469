import { type EditContext, ofRole } from './context.ts';
import { applyEdits, type Edit } from './edit.ts';

/** A literal that stands at several places of the region changed at all of them alike. */
export function* sameLiterals(context: EditContext, singles: readonly Edit[]): Generator<Edit> {
  const places = new Map<string, { start: number; end: number }[]>();
  for (const { node, text } of ofRole(context, 'string', 'number', 'identifier')) {
    const known = places.get(text) ?? [];
    known.push({ start: node.start, end: node.end });
    places.set(text, known);
  }
  const { start, end } = context.region;
  const done = new Set<string>();
  for (const edit of singles) {
    if (edit.kind !== 'string' && edit.kind !== 'number' && edit.kind !== 'variable') continue;
    // A name may only become another name: some of its places bind it.
    if (edit.kind === 'variable' && !/^[A-Za-z_]\w*$/.test(edit.text)) continue;
    const own = context.source.text.slice(edit.start, edit.end);
    const spots = places.get(own);
    if (!spots || spots.length < 2 || spots.length > 12) continue;
    if (!spots.some((spot) => spot.start === edit.start && spot.end === edit.end)) continue;
    const key = `${own}\0${edit.text}`;
    if (done.has(key)) continue;
    done.add(key);
    const all = spots.map((spot) => ({ ...edit, start: spot.start, end: spot.end }));
    const first = spots[0]?.start ?? start;
    const last = spots.at(-1)?.end ?? end;
    const shifted = all.map((each) => ({
      ...each,
      start: each.start - first,
      end: each.end - first,
    }));
    const text = applyEdits(context.source.text.slice(first, last), shifted);
    yield { start: first, end: last, text, kind: 'same-literal', extra: edit.extra };
  }
}
