import { binaryViews, callView, memberView } from '../grammar/roles.ts';
import { ancestors, type SyntaxNode } from '../tree.ts';
import { type EditContext, few, ofRole, replace, text } from './context.ts';
import type { Edit } from './edit.ts';
import type { Variable } from './ingredients.ts';
import { isCallee, isTarget } from './precedence.ts';

/** Another variable of the same scope in place of one. */
export function* variables(context: EditContext): Generator<Edit> {
  const { variables: known } = context.ingredients;
  const self = context.grammar.words.self;
  for (const { node, text: own } of ofRole(context, 'identifier')) {
    if (own === self || isCallee(node)) continue;
    const before = known.find(({ name }) => name === own);
    for (const variable of few(known, context.expressions.length, 20)) {
      if (variable.name === own || !isVisible(context, variable, node)) continue;
      yield replace(
        node,
        variable.name,
        'variable',
        variableExtra(before, variable, isTarget(node)) +
          (besides(context, node, variable.name) ? 1.5 : 0),
      );
    }
  }
}

/** True when the name stands on the other side of the same operation: `a + a` and `a < a` are rarely meant. */
function besides(context: EditContext, node: SyntaxNode, name: string): boolean {
  const views = node.parent ? binaryViews(node.parent) : [];
  return views.some(({ left, operator, right }) => {
    const other = left === node ? right : right === node ? left : null;
    return other !== null && text(context, other) === name && text(context, operator) !== '*';
  });
}

function isVisible(context: EditContext, variable: Variable, at: SyntaxNode): boolean {
  if (variable.isParameter || variable.first < at.start) return true;
  // Inside a loop a later name may have been bound by the turn before; comprehensions bind after their body.
  for (const outer of ancestors(at)) {
    if (outer === context.region) return false;
    if (/^(?:for|while|do)_|comprehension$|^generator/.test(outer.type)) {
      if (variable.first < outer.end) return true;
    }
  }
  return false;
}

/** How unusual it is that one variable was meant where the other stands. */
function variableExtra(own: Variable | undefined, other: Variable, isTargetPlace: boolean): number {
  let extra = isTargetPlace ? 0.7 : 0;
  if (!own) return extra + 0.7;
  if (own.isContainer !== other.isContainer && own.isNumber !== other.isNumber) extra += 1.2;
  else if (own.isContainer !== other.isContainer) extra += 0.6;
  return extra;
}

/** A variable where a literal or a member stands, and the other way round. */
export function* variableForLiteral(context: EditContext): Generator<Edit> {
  const { variables: known } = context.ingredients;
  for (const { node, role } of ofRole(context, 'number', 'string', 'true', 'false', 'none')) {
    if (node.parent && /pair|keyword/.test(node.parent.type) && node.field === 'key') continue;
    for (const variable of few(known, context.expressions.length, 10)) {
      if (!isVisible(context, variable, node)) continue;
      const fits = role === 'number' ? variable.isNumber : true;
      yield replace(node, variable.name, 'variable', fits ? 1.5 : 2.5);
    }
  }
  for (const { node, text: own } of ofRole(context, 'identifier')) {
    if (isCallee(node) || isTarget(node) || own === context.grammar.words.self) continue;
    if (node.parent && memberView(node.parent)?.object === node) continue;
    // In Java a call has its object itself.
    if (node.parent?.type === 'method_invocation' && node.field === 'object') continue;
    const variable = known.find(({ name }) => name === own);
    if (variable?.isContainer) continue;
    for (const number of ['0', '1']) yield replace(node, number, 'variable', 2.5);
    for (const number of context.ingredients.numbers) {
      if (number !== '0' && number !== '1') yield replace(node, number, 'variable', 3);
    }
  }
}

/** Another function: of the library's groups first, then what the region and the file call and define. */
export function* functions(context: EditContext): Generator<Edit> {
  const { functions: known, library } = context.ingredients;
  for (const { node } of ofRole(context, 'call')) {
    const call = callView(node);
    if (call?.callee.type !== 'identifier') continue;
    const own = text(context, call.callee);
    const grouped = library.functionGroups.filter((group) => group.includes(own)).flat();
    for (const other of new Set(grouped)) {
      if (other !== own) yield replace(call.callee, other, 'function', 0);
    }
    for (const other of known.slice(0, 30)) {
      if (other !== own && !grouped.includes(other))
        yield replace(call.callee, other, 'function', 1);
    }
  }
}

/** Another method or attribute. */
export function* members(context: EditContext): Generator<Edit> {
  const { methods, attributes, library } = context.ingredients;
  for (const { node } of ofRole(context, 'member')) {
    const member = memberView(node);
    if (!member) continue;
    const own = text(context, member.name);
    if (isCallee(node)) {
      const grouped = library.methodGroups.filter((group) => group.includes(own)).flat();
      for (const other of new Set(grouped)) {
        if (other !== own) yield replace(member.name, other, 'method', 0);
      }
      for (const other of methods.slice(0, 30)) {
        if (other !== own && !grouped.includes(other))
          yield replace(member.name, other, 'method', 1.5);
      }
    } else {
      for (const other of attributes.slice(0, 30)) {
        if (other !== own) yield replace(member.name, other, 'attribute', 0.5);
      }
    }
  }
}
