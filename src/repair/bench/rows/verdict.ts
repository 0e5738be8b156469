import type { HiddenVerdict } from '../task.ts';
import { definedInJavaScript } from './defined-names.ts';
import type { Row } from './row.ts';

/** A program that judges a repaired file: its own files and how to start it; it prints a verdict as its last line. */
export interface VerdictProgram {
  readonly files: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
}

const PYTHON = `import copy, json, math

with open("data.json") as file:
    data = json.load(file)


def load(path):
    scope = {"__name__": "program"}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), scope)
    return scope


def same(a, b, tolerance):
    if isinstance(a, float) or isinstance(b, float):
        try:
            return a == b or math.isclose(a, b, rel_tol=1e-6, abs_tol=max(tolerance, 1e-6))
        except TypeError:
            return False
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b))
    return a == b


def attempt(function, arguments):
    try:
        return function(*copy.deepcopy(arguments))
    except Exception as error:
        return error


def main():
    try:
        scope = load("repaired.py")
        known = set(scope)
        exec(data["test"], scope)
        for name in [name for name in scope if name.startswith("test") and name not in known]:
            if callable(scope[name]):
                scope[name]()
    except BaseException:
        return "fails the official test"
    if not data["inputs"]:
        return "right"
    repaired = scope[data["entry"]]
    reference = load("reference.py")[data["entry"]] if data["hasReference"] else None
    tolerance = data["atol"] or 0
    for arguments, text in zip(data["inputs"], data["expected"]):
        try:
            expected = eval(text, {"inf": math.inf, "nan": math.nan})
        except Exception:
            continue
        # Where the row's own solution differs from what is expected, the input decides nothing.
        if reference and not same(attempt(reference, arguments), expected, tolerance):
            continue
        if not same(attempt(repaired, arguments), expected, tolerance):
            return "fails stronger inputs"
    return "right"


print(main())
`;

const JAVASCRIPT = `'use strict';
const fs = require('node:fs');
const data = JSON.parse(fs.readFileSync('data.json', 'utf8'));
const copy = (value) => JSON.parse(JSON.stringify(value));

function load(path) {
  const module = { exports: {} };
  const code = fs.readFileSync(path, 'utf8') + '\\n;module.found = { ' + data.names.join(', ') + ' };';
  new Function('module', 'exports', 'require', code)(module, module.exports, require);
  return module.found;
}

function same(a, b) {
  if (typeof a === 'number' && typeof b === 'number') {
    return a === b || (a !== a && b !== b) || Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
  }
  if ((a === undefined || a === null) && (b === undefined || b === null)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]));
  if (a && b && typeof a === 'object' && typeof b === 'object') {
    const keys = Object.keys(b);
    return keys.length === Object.keys(a).length && keys.every((key) => same(a[key], b[key]));
  }
  return a === b;
}

function attempt(target, values) {
  try {
    return target(...copy(values));
  } catch (error) {
    return error;
  }
}

function main() {
  let repaired;
  try {
    repaired = load('repaired.js');
    const assert = (condition) => {
      if (!condition) throw new Error('the assertion does not hold');
    };
    const names = Object.keys(repaired);
    new Function('assert', 'require', ...names, data.test)(assert, require, ...names.map((name) => repaired[name]));
  } catch {
    return 'fails the official test';
  }
  const reference = data.hasReference ? load('reference.js')[data.entry] : null;
  for (const [index, values] of data.inputs.entries()) {
    const expected = data.expected[index];
    // Where the row's own solution differs from what is expected, the input decides nothing.
    if (reference && !same(attempt(reference, values), expected)) continue;
    if (!same(attempt(repaired[data.entry], values), expected)) return 'fails stronger inputs';
  }
  return 'right';
}

console.log(main());
`;

/** @param repaired the text of the repaired file */
export function verdictProgram(row: Row, repaired: string): VerdictProgram {
  const hasReference = row.canonical_solution !== undefined;
  const reference = row.prompt + (row.canonical_solution ?? row.buggy_solution);
  const { inputs = [], expected = [], atol = 0 } = row.plus ?? {};
  if (row.language === 'python') {
    const data = { test: row.test, entry: row.entry_point, hasReference, inputs, expected, atol };
    return {
      files: {
        'judge.py': PYTHON,
        'repaired.py': repaired,
        'reference.py': reference,
        'data.json': JSON.stringify(data),
      },
      argv: ['python3', 'judge.py'],
    };
  }
  const names = definedInJavaScript(reference);
  const entry = names.includes(row.entry_point) ? row.entry_point : names.at(-1);
  const test = row.test.replaceAll('console.assert(', 'assert(');
  return {
    files: {
      'judge.cjs': JAVASCRIPT,
      'repaired.js': repaired,
      'reference.js': reference,
      'data.json': JSON.stringify({ test, entry, names, hasReference, inputs, expected }),
    },
    argv: ['node', 'judge.cjs'],
  };
}

/** Reads the verdict that the program printed; anything else means that it did not come to an end. */
export function readVerdict(stdout: string): HiddenVerdict {
  const last = stdout.trim().split('\n').at(-1);
  return last === 'right' || last === 'fails stronger inputs' ? last : 'fails the official test';
}
