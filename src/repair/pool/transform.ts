import { transform } from 'sucrase';
import { languageOf } from '../../syntax/languages.ts';
import {
  childOf,
  descendants,
  namedChildren,
  parseSource,
  type SourceFile,
  type SyntaxNode,
  textOf,
} from '../tree.ts';

/** @returns whether a file must be turned into a plain script before it can be loaded */
export function needsTransform(path: string, text: string): boolean {
  if (/\.(?:ts|tsx|mts|cts|jsx|mjs)$/.test(path)) return true;
  if (path.endsWith('.cjs')) return false;
  return /^\s*(?:import\b\s*[\w{*'"]|export\b\s*[\w{*])/m.test(text);
}

/**
 * Turns TypeScript, JSX and ECMAScript modules into a plain script; every line keeps its number.
 *
 * @throws {Error} for a text that does not parse
 */
export function toScript(path: string, text: string): string {
  const typed = /\.(?:ts|tsx|mts|cts)$/.test(path);
  const jsx = !typed || path.endsWith('.tsx');
  const { code } = transform(text, {
    transforms: [
      ...(typed ? (['typescript'] as const) : []),
      ...(jsx ? (['jsx'] as const) : []),
      'imports',
    ],
    filePath: path,
    disableESTransforms: true,
    production: true,
  });
  return code.replace(/\bimport\.meta\b/g, '__patchwright_meta');
}

const MARK = '"patchwright unit";';

/**
 * Turns single expressions of a file into plain script: names that the file imports must come out as in the whole
 * file. That is so when its imports alone give the same names; otherwise there is no such function.
 */
export function expressionTransform(
  source: SourceFile,
  script: string,
): ((code: string) => string) | null {
  if (!needsTransform(source.path, source.text)) return (code) => code;
  const imports = source.root.children
    .filter((node) => node.type === 'import_statement')
    .map((node) => textOf(source, node))
    .join('\n');
  const requires = (code: string) => code.match(/var _\w+ = require\([^)]*\)/g) ?? [];
  const one = (code: string) => {
    const made = toScript(source.path, `${imports}\n${MARK}${code}`);
    return { made, code: made.slice(made.indexOf(MARK) + MARK.length) };
  };
  const names = namesIn(source.root, source);
  try {
    const { made } = one(`[${names.join(',')}]`);
    const known = new Set(requires(script));
    return requires(made).every((each) => known.has(each)) ? (code) => one(code).code : null;
  } catch {
    return null;
  }
}

/** Names of the imports, so that none of them is left out as unused. */
function namesIn(root: SyntaxNode, source: SourceFile): string[] {
  return root.children
    .filter(
      (node) => node.type === 'import_statement' && !/^import\s+type\b/.test(textOf(source, node)),
    )
    .flatMap((node) => [...descendants(node)])
    .filter((node) => node.type === 'identifier' && node.field !== 'name')
    .map((node) => textOf(source, node));
}

const ASSERTION =
  /^(?:await\s+)?(?:assert|expect|should|chai|console\.assert|t\.(?!test|after|before|mock|plan)\w+)\b/;

/** Makes each assertion of a test file note whether it held instead of ending the test; lines keep their numbers. */
export async function softenTests(path: string, text: string): Promise<string> {
  const language = languageOf(path);
  const source = language ? await parseSource(path, language, text) : null;
  if (!source || source.hasError) return text;
  const spans: { start: number; end: number }[] = [];
  for (const node of descendants(source.root)) {
    if (node.type !== 'expression_statement' || !insideFunction(node)) continue;
    const [expression] = namedChildren(node);
    if (!expression || !isCall(expression)) continue;
    if (ASSERTION.test(textOf(source, expression)))
      spans.push({ start: node.start, end: node.end });
  }
  let result = '';
  let at = 0;
  spans.forEach(({ start, end }, index) => {
    if (start < at) return;
    result += `${text.slice(at, start)}try{${text.slice(start, end)};__patchwright.note(${index},true)}catch(e){__patchwright.note(${index},false,e)}`;
    at = end;
  });
  return result + text.slice(at);
}

function isCall(node: SyntaxNode): boolean {
  if (node.type === 'await_expression') return namedChildren(node).some(isCall);
  return node.type === 'call_expression' && childOf(node, 'arguments') !== null;
}

function insideFunction(node: SyntaxNode): boolean {
  for (let at = node.parent; at; at = at.parent)
    if (/function|method_definition/.test(at.type)) return true;
  return false;
}
