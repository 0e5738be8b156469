import { posix } from 'node:path';
import { attributesSet, withDependents } from './dependents.ts';
import { type Member, type Unit, unitsOf } from './python-units.ts';

/**
 * A part of a Python file as a module of its own: the functions that an edit touches and those that use them stand in
 * it as they are, all other functions and classes are imported from the file. A type checker finds the same names and types in it and has
 * only those functions to check.
 */
export interface Focus {
  readonly text: string;
  /** Lines of `text`, from 1, that an edit touched, and of what uses them: only findings in them can be new. */
  readonly touched: readonly TouchedLines[];
}

interface TouchedLines {
  readonly from: number;
  readonly to: number;
  /** What to add to a line number to have that of the file. */
  readonly shift: number;
}

export interface FocusedEdit {
  readonly before: Focus;
  readonly after: Focus;
}

const ALIAS = '_patchwright_focus_';

/**
 * The parts of a file to check for an edit that touches only bodies of functions or adds functions, classes and
 * statements of the module. Such an edit takes no name away from the rest of the file, so the rest keeps its findings.
 *
 * @param read the text of the file that the checker knows, when that is an earlier one: what has changed since then is
 *   in both parts as well
 * @returns null when the edit may change what is found elsewhere in the file, or the file cannot be taken apart
 */
export async function focusEdit(
  path: string,
  before: string,
  after: string,
  read: string = before,
): Promise<FocusedEdit | null> {
  const source = moduleOf(path);
  const old = source === null ? null : await unitsOf(before);
  const young = old && (await unitsOf(after));
  const known = read === before ? old : await unitsOf(read);
  if (source === null || !old || !young || !known) return null;
  // Each step on the way must leave the rest its findings, not only the way as a whole.
  const steps = known === old ? [] : [touchedBy(known, old), touchedBy(old, young)];
  const edited = touchedBy(known, young);
  if (!edited || steps.includes(null)) return null;
  const touched = withDependents(known, young, edited);
  for (const key of steps[0] ?? []) touched.add(key);
  return {
    before: focusOn(before, old, { source, touched }),
    after: focusOn(after, young, { source, touched }),
  };
}

/** @returns the file with every function and class imported; null as for `focusEdit` */
export async function focusOutside(path: string, text: string): Promise<Focus | null> {
  const source = moduleOf(path);
  const units = source === null ? null : await unitsOf(text);
  return source === null || !units ? null : focusOn(text, units, { source, touched: new Set() });
}

/** The file as a module that its neighbours import from. */
function moduleOf(path: string): string | null {
  const name = posix.basename(path).replace(/\.py$/, '');
  if (name === '__init__') return '.';
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : null;
}

/** @returns keys of the functions and classes, and texts of the statements, that the edit changes or adds */
function touchedBy(old: readonly Unit[], young: readonly Unit[]): Set<string> | null {
  const touched = new Set<string>();
  if (!keepsStatements(old, young, touched)) return null;
  const later = new Map(
    young.flatMap((unit) => ('key' in unit ? [[unit.key, unit] as const] : [])),
  );
  for (const unit of old) {
    if (unit.kind === 'statement') continue;
    const now = later.get(unit.key);
    later.delete(unit.key);
    if (now?.kind !== unit.kind) return null;
    if (now.text === unit.text) continue;
    if (now.header !== unit.header) return null;
    if (unit.kind === 'class' && now.kind === 'class') {
      const statements = new Set<string>();
      const inner = touchedBy(unit.members, now.members);
      // A statement of a class body is not checked without the class.
      if (!inner || !keepsStatements(unit.members, now.members, statements) || statements.size > 0)
        return null;
      for (const key of inner) touched.add(key);
    } else if (leavesLess(unit.text, now.text)) {
      return null;
    }
    touched.add(unit.key);
  }
  for (const [key, added] of later) {
    if (bindsGlobals(added.text)) return null;
    touched.add(key);
  }
  return touched;
}

/** Whether all statements are still there in their order; those that are new are collected. */
function keepsStatements(
  old: readonly Unit[],
  young: readonly Unit[],
  added: Set<string>,
): boolean {
  const wanted = old.flatMap((unit) => (unit.kind === 'statement' ? [unit.text] : []));
  let next = 0;
  for (const unit of young) {
    if (unit.kind !== 'statement') continue;
    if (unit.text === wanted[next]) next++;
    else added.add(unit.text);
  }
  return next === wanted.length;
}

/** Whether other functions may miss something that the function did before: a global, an attribute of its object. */
function leavesLess(before: string, after: string): boolean {
  if (bindsGlobals(before) || bindsGlobals(after)) return true;
  const kept = attributesSet(after);
  return [...attributesSet(before)].some((name) => !kept.has(name));
}

function bindsGlobals(text: string): boolean {
  return /\bglobal\b/.test(text);
}

interface FocusOptions {
  readonly source: string;
  readonly touched: ReadonlySet<string>;
}

function focusOn(text: string, units: readonly Unit[], { source, touched }: FocusOptions): Focus {
  const lines: TouchedLines[] = [];
  let made = '';
  let line = 1;
  const add = (part: string, touchedAt?: number) => {
    const from = line;
    made += part;
    line += newlines(part);
    if (touchedAt === undefined) return;
    lines.push({ from, to: line, shift: newlines(text.slice(0, touchedAt)) + 1 - from });
  };
  let at = 0;
  for (const unit of units) {
    add(text.slice(at, unit.start));
    at = unit.end;
    if (unit.kind === 'statement') add(unit.text, touched.has(unit.text) ? unit.start : undefined);
    else if (!touched.has(unit.key)) add(`from ${source} import ${unit.name}`);
    else if (unit.kind === 'function' || !unit.members.some((member) => isIn(touched, member))) {
      add(unit.text, unit.start);
    } else {
      const base = ALIAS + unit.name;
      add(`from ${source} import ${unit.name} as ${base}\nclass ${unit.name}(${base}):\n`);
      for (const member of unit.members) {
        if (!isIn(touched, member)) continue;
        const lineStart = text.lastIndexOf('\n', member.start - 1) + 1;
        add(text.slice(lineStart, member.end), lineStart);
        add('\n');
      }
    }
  }
  add(text.slice(at));
  return { text: made, touched: lines };
}

function isIn(touched: ReadonlySet<string>, member: Member): boolean {
  return member.kind === 'function' && touched.has(member.key);
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}
