import type { Member, Unit } from './python-units.ts';

/** What uses an edited function is checked too, up to this size: a check takes time for each character. */
const MAX_CHARS = 300;

/**
 * Adds to what an edit touches the functions and statements of the module in which other findings may follow from it:
 * a type checker infers what a function without annotation returns, and what an attribute is, from the function's
 * body. Those that use them are found by name.
 *
 * @param touched keys of functions and classes, texts of statements
 */
export function withDependents(
  before: readonly Unit[],
  after: readonly Unit[],
  touched: ReadonlySet<string>,
): Set<string> {
  const old = new Map(partsOf(before).map(({ key, text }) => [key, text]));
  const parts = partsOf(after);
  const names = parts
    .filter(({ key }) => touched.has(key))
    .flatMap((part) => namesOf(part, old.get(part.key)));
  const uses = names.length === 0 ? null : new RegExp(names.join('|'));
  const all = new Set(touched);
  let room = MAX_CHARS;
  for (const { key, text, owner, whole } of parts) {
    if (whole || all.has(key) || text.length > room || !uses?.test(text)) continue;
    room -= text.length;
    all.add(key);
    if (owner) all.add(owner);
  }
  return all;
}

/** A function, a method or a statement of the module, or a class with all it holds. */
interface Part {
  readonly key: string;
  readonly text: string;
  readonly unit: Unit;
  /** Key of the class that a method is in. */
  readonly owner?: string;
  readonly whole: boolean;
}

function partsOf(units: readonly Unit[]): Part[] {
  return units.flatMap((unit): Part[] => {
    if (unit.kind !== 'class') return [partOf(unit)];
    const methods = unit.members.filter((member) => member.kind === 'function');
    return [
      { key: unit.key, text: unit.text, unit, whole: true },
      ...methods.map((method) => ({ ...partOf(method), owner: unit.key })),
    ];
  });
}

function partOf(unit: Member): Part {
  const key = unit.kind === 'statement' ? unit.text : unit.key;
  return { key, text: unit.text, unit, whole: false };
}

/**
 * Patterns of what a change of the part may give another type.
 *
 * @param old its text before the edit; none when it is new
 */
function namesOf({ unit, owner, text }: Part, old: string | undefined): string[] {
  const isNew = old === undefined;
  if (unit.kind === 'class') return isNew ? [`\\b${unit.name}\\b`] : [];
  const attributes = [...attributesSet(linesAdded(old ?? '', text))].map((name) => `\\.${name}\\b`);
  if (unit.kind === 'statement') {
    return [...attributes, ...boundBy(text).map((name) => `\\b${name}\\b`)];
  }
  const declared = unit.header.includes('->') && !isNew;
  // Its parameters are the same, and what it returns is not looked at.
  if (declared || /^__\w+__$/.test(unit.name)) return attributes;
  return [...attributes, owner ? `\\.${unit.name}\\b` : `\\b${unit.name}\\b`];
}

function linesAdded(old: string, text: string): string {
  const known = new Set(old.split('\n'));
  return text
    .split('\n')
    .filter((line) => !known.has(line))
    .join('\n');
}

/** @returns the names that a statement of a module may bind */
function boundBy(statement: string): string[] {
  const imported = /^(?:from\s+\S+\s+)?import\b(.*)$/s.exec(statement)?.[1]?.match(/\w+/g) ?? [];
  const assigned = [...statement.matchAll(/^\s*((?:\w+\s*,\s*)*\w+)\s*(?::[^=\n]+)?=(?!=)/gm)];
  return [...imported, ...assigned.flatMap((match) => (match[1] ?? '').split(/\s*,\s*/))];
}

/** @returns names of the attributes that a text assigns to, of whatever object */
export function attributesSet(text: string): Set<string> {
  const targets = text.matchAll(/\b\w+\.(\w+)(?=\s*(?:,[^=\n]*)?(?::[^=\n]+)?=(?!=))/g);
  return new Set([...targets].map((match) => match[1] ?? ''));
}
