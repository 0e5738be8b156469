import { applyEdits, type Candidate, type Edit } from '../edits/edit.ts';
import { grammarOf } from '../grammar/grammar.ts';
import {
  ancestors,
  childOf,
  descendants,
  namedChildren,
  type SourceFile,
  type SyntaxNode,
  smallestAround,
  textOf,
} from '../tree.ts';

/** An insertion, in the order of the text. */
function insertion(at: number, text: string): Edit {
  return { start: at, end: at, text, kind: 'insert-statement', extra: 0 };
}

/**
 * A Java file that tells which of its statements run: before each one in a block stands a call with its number.
 *
 * @param first number of the first probe
 * @returns the text, and the line, from 1, of each probe
 */
export function probed(source: SourceFile, first: number): { text: string; lines: number[] } {
  const grammar = grammarOf('java');
  const edits: Edit[] = [];
  const lines: number[] = [];
  for (const node of descendants(source.root)) {
    if (grammar.statementRole(node) === null || !node.parent) continue;
    if (!grammar.isBlock(node.parent)) continue;
    edits.push(insertion(node.start, `patchwright.Probe.line(${first + lines.length}); `));
    lines.push(node.row + 1);
  }
  return { text: applyEdits(source.text, sorted([...edits, ...turns(source)])), lines };
}

/** A Java file with a candidate's edits, whose loops can be ended from outside. */
export function guarded(source: SourceFile, edits: readonly Edit[]): string {
  const apart = turns(source).filter(({ start }) =>
    edits.every((edit) => start <= edit.start || edit.end <= start),
  );
  return applyEdits(source.text, sorted([...apart, ...edits]));
}

/** A call at the beginning of the body of each loop that is a block. */
function turns(source: SourceFile): Edit[] {
  const grammar = grammarOf('java');
  const edits: Edit[] = [];
  for (const node of descendants(source.root)) {
    const role = grammar.statementRole(node);
    const body = role === 'for' || role === 'while' ? childOf(node, 'body') : null;
    if (body?.type === 'block') edits.push(insertion(body.start + 1, 'patchwright.Probe.turn(); '));
  }
  return edits;
}

function sorted(edits: readonly Edit[]): Edit[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** A method as reflection finds it. */
export interface JavaMethod {
  readonly node: SyntaxNode;
  /** Binary name of the class. */
  readonly owner: string;
  readonly method: string;
  readonly parameters: number;
}

/** @returns null for an edit outside of a method of a named class */
export function methodAround(source: SourceFile, { edits }: Candidate): JavaMethod | null {
  const at = smallestAround(source.root, edits[0]?.start ?? 0, edits.at(-1)?.end ?? 0);
  const around = [at, ...ancestors(at)];
  const node = around.find((each) => each.type === 'method_declaration');
  const name = node && childOf(node, 'name');
  const parameters = node && childOf(node, 'parameters');
  if (!node || !name || !parameters) return null;
  const grammar = grammarOf('java');
  const classes = [...ancestors(node)].filter((each) => grammar.isClass(each)).reverse();
  const names = classes.flatMap((each) => childOf(each, 'name') ?? []);
  const clause = source.root.children.find((each) => each.type === 'package_declaration');
  const prefix = clause ? `${textOf(source, clause).replace(/^package\s+|[\s;]/g, '')}.` : '';
  return {
    node,
    owner: prefix + names.map((each) => textOf(source, each)).join('$'),
    method: textOf(source, name),
    parameters: namedChildren(parameters).filter((each) => /parameter$/.test(each.type)).length,
  };
}

/**
 * The test method that an id of a report means, as `package.Class$Inner#method`.
 *
 * @returns null when the file is not where Maven keeps tests
 */
export function testKey(id: string): string | null {
  const [file = '', name = ''] = id.split('::');
  const path = /(?:^|\/)src\/[^/]+\/(?:java|kotlin|groovy)\/(.+)\.\w+$/.exec(file)?.[1];
  if (path === undefined || name === '') return null;
  const levels = name.split(' > ');
  // What stands after the name are parameters.
  const method = (levels.pop() ?? '').replace(/[({[].*$/s, '');
  return `${[path.replaceAll('/', '.'), ...levels].join('$')}#${method}`;
}

/** What the tests of a module are run with. */
export interface ClassPath {
  /** Entries with the project's own classes. */
  readonly folders: readonly string[];
  readonly jars: readonly string[];
  readonly framework: 'JUnit5Tests' | 'JUnit4Tests';
}

/**
 * The class path that surefire writes into its reports.
 *
 * @param report XML of one test class
 * @param root of the repository as commands see it
 * @returns null when it is not there or has neither JUnit 4 nor 5
 */
export function classPathOf(report: string, root: string): ClassPath | null {
  const properties = ['surefire\\.test\\.class\\.path', 'java\\.class\\.path'].map((name) =>
    new RegExp(`<property name="${name}" value="([^"]*)"`).exec(report),
  );
  const value = properties.find((match) => match !== null)?.[1];
  if (value === undefined) return null;
  const entries = unescapeXml(value)
    .split(':')
    .filter((entry) => entry !== '');
  const folders = entries.filter(
    (entry) => !entry.endsWith('.jar') && entry.startsWith(`${root}/`),
  );
  const jars = entries.filter((entry) => entry.endsWith('.jar'));
  const engine = jars.find((jar) => /\/junit-platform-engine-[^/]*\.jar$/.test(jar));
  // Surefire finds the launcher itself: in a repository it stands beside the engine.
  const launcher = engine?.replaceAll('junit-platform-engine', 'junit-platform-launcher');
  if (launcher !== undefined && !jars.includes(launcher)) jars.push(launcher);
  const hasFour = jars.some((jar) =>
    /\/junit4?(?:-dep)?-[\d.]+[^/]*\.jar$|\/junit4\.jar$/.test(jar),
  );
  if (folders.length === 0 || (launcher === undefined && !hasFour)) return null;
  const framework = launcher === undefined ? 'JUnit4Tests' : 'JUnit5Tests';
  return { folders, jars, framework };
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
