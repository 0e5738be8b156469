import { binaryViews, subscriptView } from '../grammar/roles.ts';
import type { SyntaxNode } from '../tree.ts';
import { type EditContext, few, ofRole, replace, text } from './context.ts';
import type { Edit } from './edit.ts';
import { fitted, isCallee, isTarget, Level, operand } from './precedence.ts';

/** A conversion to text. */
const AS_TEXT = /^(?:str|repr|String)\(|\.toString\(\)$/;

/** Edits of one side that are mirrored, at most. */
const MOST_MIRRORED = 3000;

/**
 * The edit of one side of a comparison or an operation made on the other side too, where both are built alike: an
 * omission made twice.
 */
export function* mirrored(context: EditContext, singles: readonly Edit[]): Generator<Edit> {
  let made = 0;
  for (const { node } of ofRole(context, 'compare', 'binary')) {
    const views = binaryViews(node);
    const [view] = views;
    if (!view || views.length > 1 || node.end - node.start > 200) continue;
    const twins = new Map<string, SyntaxNode>();
    if (!matchTrees(view.left, view.right, twins)) continue;
    const { text: all } = context.source;
    for (const edit of singles) {
      if (made >= MOST_MIRRORED) return;
      const twin = twins.get(`${edit.start}:${edit.end}`);
      const own = all.slice(edit.start, edit.end);
      // Only an edit that keeps what stands there says what the twin is to become.
      if (!twin || own === '' || !edit.text.includes(own)) continue;
      const other = edit.text.replace(own, () => text(context, twin));
      const between = all.slice(edit.end, twin.start);
      made += 1;
      // Numbers are hardly ever meant to be ordered as texts.
      const unusual = /[<>]/.test(text(context, view.operator)) && AS_TEXT.test(edit.text) ? 2 : 0;
      const extra = edit.extra + 1.2 + unusual;
      yield { ...edit, end: twin.end, text: edit.text + between + other, extra };
    }
  }
}

/** Pairs the nodes of two trees of one shape; false when the shapes differ or the trees are leaves that are literals. */
function matchTrees(left: SyntaxNode, right: SyntaxNode, twins: Map<string, SyntaxNode>): boolean {
  if (left.type !== right.type || left.children.length !== right.children.length) return false;
  if (/^(?:number|integer|float|string|true|false|none|null)$/.test(left.type)) return false;
  twins.set(`${left.start}:${left.end}`, right);
  return (
    left.children.every((child, index) => {
      const other = right.children[index];
      if (!other) return false;
      const isLiteral = child.children.length === 0 || !child.named || child.type === 'string';
      return (isLiteral && child.type === other.type) || matchTrees(child, other, twins);
    }) && markLeaves(left, right, twins)
  );
}

function markLeaves(left: SyntaxNode, right: SyntaxNode, twins: Map<string, SyntaxNode>): boolean {
  left.children.forEach((child, index) => {
    const other = right.children[index];
    if (child.named && other) twins.set(`${child.start}:${child.end}`, other);
  });
  return true;
}

/** One element of a container taken where all of it was to be counted or summed up. */
export function* reductions(context: EditContext): Generator<Edit> {
  const python = context.grammar.family === 'python';
  const made = python
    ? ['sum($)', 'max($)', 'min($)', 'len($)', 'sorted($)', "''.join($)"]
    : [
        '$.length',
        'Math.max(...$)',
        'Math.min(...$)',
        '$.reduce((a, b) => a + b, 0)',
        "$.join('')",
      ];
  for (const { node } of ofRole(context, 'subscript')) {
    const view = subscriptView(node);
    if (!view || isTarget(node)) continue;
    const container = operand(context, view.object, Level.postfix);
    for (const wrapper of made) {
      const whole = wrapper.replace('$', () => container);
      yield replace(node, fitted(context, node, whole, Level.postfix), 'replace-expression', 1);
    }
  }
}

/** Another variable, converted, in the place of one. */
export function* conversions(context: EditContext): Generator<Edit> {
  const python = context.grammar.family === 'python';
  const made = python
    ? ['str($)', 'int($)', 'bin($)', 'len($)', 'abs($)', 'ord($)', 'list($)', 'set($)', 'sum($)']
    : ['String($)', 'Number($)', '$.length', 'Math.abs($)', '$.toString()', '$.toString(2)'];
  const names = context.ingredients.variables.map(({ name }) => name);
  const places = [...ofRole(context, 'identifier')].filter(
    ({ node, text: own }) => !isTarget(node) && !isCallee(node) && names.includes(own),
  );
  for (const { node, text: own } of places) {
    for (const name of few(names, places.length * made.length, 5)) {
      if (name === own) continue;
      for (const wrapper of made) {
        const whole = wrapper.replace('$', () => name);
        yield replace(node, fitted(context, node, whole, Level.postfix), 'variable', 2.5);
      }
    }
  }
}
