import { languageOf } from '../../syntax/languages.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { listFiles } from '../files.ts';
import { grammarOf } from '../grammar/grammar.ts';
import { documentationOf } from '../hints.ts';
import type { Sources } from '../sources.ts';
import {
  childOf,
  descendants,
  namedChildren,
  type SourceFile,
  type SyntaxNode,
  textOf,
} from '../tree.ts';
import { examplesOf } from './extract.ts';
import { type ExampleTests, exampleTests, type PlacedExample } from './test-file.ts';

/** Files that are looked through for documentation with examples. */
const MOST_FILES = 200;
const MOST_EXAMPLES = 120;

interface Documented {
  readonly path: string;
  readonly documentation: string;
  readonly parameters: readonly string[];
}

/**
 * Makes temporary tests of the examples in the issue and in the documentation of the functions that it names; of all
 * functions when the issue names none.
 *
 * @returns null when there are no examples
 */
export async function findExampleTests(options: {
  readonly workspace: Workspace;
  readonly sources: Sources;
  readonly statement: string;
}): Promise<ExampleTests | null> {
  const { workspace, sources, statement } = options;
  const words = new Set(statement.match(/[A-Za-z_$][\w$]*/g) ?? []);
  const functions = new Map<string, Documented>();
  const paths = (await listFiles(workspace)).filter((path) => sources.mayEdit(path));
  for (const path of paths.slice(0, MOST_FILES)) {
    const source = await sources.load(path);
    if (!source) continue;
    for (const { name, node } of topLevelFunctions(source)) {
      if (functions.has(name)) continue;
      const parameters = parametersOf(source, node);
      functions.set(name, { path, parameters, documentation: documentationOf(source, node) });
    }
  }
  const named = [...functions.keys()].filter((name) => words.has(name));
  const chosen = new Set(named.length > 0 ? named : functions.keys());
  const placed: PlacedExample[] = [];
  const add = (prose: string, names: readonly string[]) => {
    const known = names.map((name) => [name, functions.get(name)?.parameters ?? []] as const);
    for (const example of examplesOf(prose, new Map(known))) {
      const path = functions.get(example.name)?.path;
      if (path !== undefined && placed.length < MOST_EXAMPLES) placed.push({ example, path });
    }
  };
  add(statement, [...chosen]);
  for (const name of chosen) add(functions.get(name)?.documentation ?? '', [name]);
  const [first] = placed;
  if (!first) return null;
  const family = familyOf(first.path);
  return exampleTests(
    family,
    placed.filter(({ path }) => familyOf(path) === family),
  );
}

function familyOf(path: string): 'python' | 'javascript' {
  return languageOf(path) === 'python' ? 'python' : 'javascript';
}

/** Functions of a module that can be called by their name from outside. */
function topLevelFunctions(source: SourceFile): { name: string; node: SyntaxNode }[] {
  const grammar = grammarOf(source.language);
  const found: { name: string; node: SyntaxNode }[] = [];
  const enter = (node: SyntaxNode) => !grammar.isClass(node) && !grammar.isBlock(node);
  for (const node of descendants(source.root, enter)) {
    if (!grammar.isFunction(node)) continue;
    const holder = node.parent?.type === 'variable_declarator' ? node.parent : node;
    const name = childOf(holder, 'name');
    if (name) found.push({ name: textOf(source, name), node });
  }
  return found;
}

function parametersOf(source: SourceFile, node: SyntaxNode): string[] {
  const single = childOf(node, 'parameter');
  if (single) return [textOf(source, single)];
  const list = childOf(node, 'parameters');
  return (list ? namedChildren(list) : []).flatMap((each) => {
    const name = [...descendants(each)].find((inner) => inner.type === 'identifier');
    return name ? [textOf(source, name)] : [];
  });
}
