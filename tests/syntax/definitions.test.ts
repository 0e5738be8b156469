import { describe, expect, test } from 'vitest';
import { definitionsOf, enclosing } from '../../src/syntax/definitions.ts';
import { languageOf } from '../../src/syntax/languages.ts';
import { parse } from '../../src/syntax/parser.ts';

async function definitions(path: string, text: string) {
  const language = languageOf(path);
  if (!language) throw new Error(`no language for ${path}`);
  const tree = await parse(language, text);
  if (!tree) throw new Error('not parsed');
  return definitionsOf(tree, language);
}

const CASES: readonly [path: string, text: string, names: string[]][] = [
  [
    'a.py',
    'X = 1\nclass A(B):\n    y = 2\n    @p\n    def m(self):\n        z = 1\n        def n(): pass\nasync def q(): pass\n',
    ['variable X', 'class A', 'variable A.y', 'method A.m', 'function A.m.n', 'function q'],
  ],
  [
    'a.js',
    'export const f = (a) => 1;\nclass A { m() {} get y() {} #p() {} }\nexports.foo = function () {};\nA.prototype.z = function () {};\nfunction t() { const q = 1; }\nconst o = { k() {}, l: () => 1 };\n',
    [
      'function f',
      'class A',
      'method A.m',
      'method A.y',
      'method A.#p',
      'function foo',
      'function z',
      'function t',
      'variable o',
      'method o.k',
      'function o.l',
    ],
  ],
  [
    'a.ts',
    'interface I { a(): void }\nabstract class A { abstract m(): void; n() {} }\nexport type T = string;\nenum E { A }\nnamespace N { export function f(): void; }\n',
    [
      'interface I',
      'method I.a',
      'class A',
      'method A.m',
      'method A.n',
      'type T',
      'enum E',
      'module N',
      'function N.f',
    ],
  ],
  ['a.tsx', 'export function P() { return <p />; }\n', ['function P']],
  [
    'a.go',
    'package a\ntype T struct { x int }\nfunc (t *T) M() {}\nfunc F() { y := 1; _ = y }\nconst C = 1\n',
    ['type T', 'method M', 'function F', 'variable C'],
  ],
  [
    'a.rs',
    'struct S;\nimpl S { fn m(&self) {} }\ntrait T { fn x(&self); }\nmacro_rules! k { () => {} }\n',
    ['class S', 'module S', 'method S.m', 'interface T', 'method T.x', 'macro k'],
  ],
  [
    'A.java',
    'class A { A() {} int m() { return 1; } enum E { X } }\n',
    ['class A', 'method A.A', 'method A.m', 'enum A.E'],
  ],
  [
    'a.rb',
    'module M\n  class A\n    X = 1\n    def m; end\n    def self.n; end\n  end\nend\n',
    ['module M', 'class M.A', 'variable M.A.X', 'method M.A.m', 'method M.A.n'],
  ],
  [
    'a.php',
    '<?php class C { const X = 1; function m() {} } function f() {} interface I {}\n',
    ['class C', 'variable C.X', 'method C.m', 'function f', 'interface I'],
  ],
  [
    'a.c',
    'typedef int T;\nstatic int *f(int a) { int b = a; return 0; }\nint g(void);\n#define X 1\nstruct Q { int b; };\n',
    ['type T', 'function f', 'function g', 'macro X', 'class Q'],
  ],
  [
    'a.cpp',
    'namespace n { class A { int m(); int q() { return 1; } }; }\nint n::A::m() { return 1; }\n',
    ['module n', 'class n.A', 'method n.A.m', 'method n.A.q', 'function m'],
  ],
  [
    'a.cs',
    'namespace N { class A { public int P { get; set; } int M() => 1; } }\n',
    ['module N', 'class N.A', 'variable N.A.P', 'method N.A.M'],
  ],
];

describe('definitionsOf', () => {
  test.each(CASES)('%s', async (path, text, names) => {
    const found = await definitions(path, text);
    const shown = found.map(({ kind, container, name }) => {
      return `${kind} ${container ? `${container}.` : ''}${name}`;
    });
    expect(shown).toEqual(names);
  });

  test('tells lines and signatures', async () => {
    const [, method] = await definitions(
      'a.py',
      'class A:\n    def m(\n        self,\n    ) -> int:\n        return 1\n',
    );
    expect(method).toMatchObject({ line: 2, endLine: 5, depth: 1 });
    expect(method?.signature).toBe('def m( self, ) -> int');
  });

  test('finds the function around a line', async () => {
    const text = 'def f():\n    def g():\n        pass\n    return g\n\nx = 1\n';
    const tree = await parse('python', text);
    if (!tree) throw new Error('not parsed');
    expect(enclosing(tree, 'python', { text, line: 3 })?.name).toBe('g');
    expect(enclosing(tree, 'python', { text, line: 4 })?.name).toBe('f');
    expect(enclosing(tree, 'python', { text, line: 6 })).toBeNull();
  });
});

describe('parse', () => {
  test('gives the same tree after a change as from the start', async () => {
    const before = 'def f(x):\n    return x\n';
    const after = 'def f(x):\n    y = (x,\n         1)\n    return y\n';
    await parse('python', before);
    const start = before.indexOf('return');
    const change = { start, end: before.length - 1, text: after.slice(start, -1) };
    const changed = (await parse('python', after, { text: before, change }))?.rootNode.toString();
    // A trailing space makes another text, so another tree.
    const fresh = (await parse('python', `${after} `))?.rootNode.toString();
    expect(changed).toBe(fresh);
    expect(changed).toContain('tuple');
  });
});
