import type { NapiConfig } from '@ast-grep/napi';

type Rule = NapiConfig['rule'];

/** One kind of dangerous code, found by the shape of the syntax tree. */
export interface SecurityRule {
  readonly id: string;
  readonly message: string;
  /** Words of which one stands in any text that the rule can match: whoever has none need not be parsed. */
  readonly words: RegExp;
  readonly rule: Rule;
}

/** An argument that is more than a plain literal. */
const built = (kinds: readonly string[]): Rule => ({ any: kinds.map((kind) => ({ kind })) });

const PYTHON_BUILT: Rule = {
  any: [
    { kind: 'string', has: { kind: 'interpolation' } },
    { kind: 'binary_operator' },
    { kind: 'call', regex: '\\.format\\(' },
    { kind: 'identifier' },
    { kind: 'attribute' },
    { kind: 'subscript' },
  ],
};
/** Text put together from parts: an f-string, `+`, `%`, `.format`. */
const PYTHON_PUT_TOGETHER: Rule = {
  any: [
    { kind: 'string', has: { kind: 'interpolation' } },
    { kind: 'binary_operator' },
    { kind: 'call', regex: '\\.format\\(' },
  ],
};
const JAVASCRIPT_PUT_TOGETHER: Rule = {
  any: [
    { kind: 'template_string', has: { kind: 'template_substitution' } },
    { kind: 'binary_expression' },
  ],
};
const JAVASCRIPT_BUILT: Rule = {
  any: [
    JAVASCRIPT_PUT_TOGETHER,
    built(['identifier', 'member_expression', 'call_expression', 'subscript_expression']),
  ],
};
/** Keys whose form gives them away, as in the rule sets of secret scanners. */
const SECRET =
  '(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60}|xox[baprs]-[A-Za-z0-9-]{10}|sk-(ant|proj)-[A-Za-z0-9_-]{20}|AIza[0-9A-Za-z_-]{35}|-----BEGIN ([A-Z]+ )?PRIVATE KEY)';
const SECRET_WORDS = /AKIA|gh[pousr]_|github_pat_|xox[baprs]-|sk-ant-|sk-proj-|AIza|PRIVATE KEY/;

/** Rules for Python; ideas and names follow the tests of Bandit. */
export const PYTHON_RULES: readonly SecurityRule[] = [
  {
    id: 'shell-injection',
    message:
      'a shell command is put together from values: pass a list of arguments without a shell',
    words: /system|popen|shell\s*=|getoutput/,
    rule: {
      any: [
        { pattern: 'os.system($X)' },
        { pattern: 'os.popen($X)' },
        { pattern: 'subprocess.getoutput($X)' },
        {
          pattern: 'subprocess.$F($$$)',
          has: { stopBy: 'end', kind: 'keyword_argument', regex: '^shell\\s*=\\s*True$' },
        },
      ],
      has: { field: 'arguments', has: { nthChild: 1, ...PYTHON_BUILT } },
    },
  },
  {
    id: 'code-injection',
    message: 'text is run as code: use ast.literal_eval or a table of functions',
    words: /eval|exec/,
    rule: {
      any: [{ pattern: 'eval($X)' }, { pattern: 'exec($X)' }],
      has: { field: 'arguments', has: { nthChild: 1, ...PYTHON_BUILT } },
    },
  },
  {
    id: 'unsafe-deserialisation',
    message: 'this loader runs code from its input: use a safe loader or JSON',
    words: /pickle|marshal|yaml|shelve|dill/,
    rule: {
      any: [
        { pattern: 'pickle.loads($$$)' },
        { pattern: 'pickle.load($$$)' },
        { pattern: 'marshal.loads($$$)' },
        { pattern: 'dill.loads($$$)' },
        { pattern: 'yaml.unsafe_load($$$)' },
        { pattern: 'yaml.load($X)' },
        { pattern: 'yaml.load($X, Loader=yaml.Loader)' },
        { pattern: 'yaml.load($X, Loader=yaml.UnsafeLoader)' },
      ],
    },
  },
  {
    id: 'sql-injection',
    message: 'an SQL statement is put together from values: pass them as parameters',
    words: /execute|\braw\b/,
    rule: {
      any: [
        { pattern: '$DB.execute($$$)' },
        { pattern: '$DB.executemany($$$)' },
        { pattern: '$DB.raw($$$)' },
      ],
      has: { field: 'arguments', has: { nthChild: 1, ...PYTHON_PUT_TOGETHER } },
    },
  },
  {
    id: 'path-traversal',
    message: 'a path comes from a request: resolve it and check that it stays in its folder',
    words: /request/,
    rule: {
      any: [
        { pattern: 'open($$$)' },
        { pattern: 'send_file($$$)' },
        { pattern: 'os.path.join($$$)' },
      ],
      has: {
        stopBy: 'end',
        kind: 'attribute',
        regex: '^request\\.(args|form|GET|POST|values|files|json)$',
      },
    },
  },
  {
    id: 'archive-traversal',
    message: 'an archive can write outside of the folder: give filter="data" or check its names',
    words: /extractall/,
    rule: { pattern: '$T.extractall($$$)', not: { regex: 'filter\\s*=' } },
  },
  {
    id: 'no-certificate-check',
    message: 'certificates are not checked',
    words: /verify|_create_unverified_context/,
    rule: {
      any: [
        { kind: 'keyword_argument', regex: '^verify\\s*=\\s*False$' },
        { pattern: 'ssl._create_unverified_context($$$)' },
      ],
    },
  },
  {
    id: 'temporary-file-race',
    message: 'the name can be taken before the file is made: use NamedTemporaryFile or mkstemp',
    words: /mktemp/,
    rule: { pattern: 'tempfile.mktemp($$$)' },
  },
  {
    id: 'secret',
    message: 'this looks like a secret key: read it from the environment',
    words: SECRET_WORDS,
    rule: { kind: 'string', regex: SECRET },
  },
];

/** Rules for JavaScript and TypeScript; ideas and names follow eslint-plugin-security. */
export const JAVASCRIPT_RULES: readonly SecurityRule[] = [
  {
    id: 'shell-injection',
    message:
      'a shell command is put together from values: use execFile or spawn with a list of arguments',
    words: /exec|shell\s*:/,
    rule: {
      any: [
        {
          any: [
            { pattern: 'exec($$$)' },
            { pattern: 'execSync($$$)' },
            { pattern: '$C.exec($$$)' },
            { pattern: '$C.execSync($$$)' },
          ],
          has: { field: 'arguments', has: { nthChild: 1, ...JAVASCRIPT_PUT_TOGETHER } },
        },
        { kind: 'pair', regex: '^shell\\s*:\\s*true$' },
      ],
    },
  },
  {
    id: 'code-injection',
    message: 'text is run as code',
    words: /eval|Function|runIn/,
    rule: {
      any: [
        {
          pattern: 'eval($X)',
          has: { field: 'arguments', has: { nthChild: 1, ...JAVASCRIPT_BUILT } },
        },
        { pattern: 'new Function($$$)' },
        { pattern: 'vm.runInNewContext($$$)' },
        { pattern: 'vm.runInThisContext($$$)' },
      ],
    },
  },
  {
    id: 'markup-injection',
    message: 'text becomes markup unescaped: use textContent, or escape it',
    words: /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write/,
    rule: {
      any: [
        { pattern: '$E.innerHTML = $V', has: { field: 'right', ...JAVASCRIPT_BUILT } },
        { pattern: '$E.outerHTML = $V', has: { field: 'right', ...JAVASCRIPT_BUILT } },
        {
          pattern: '$E.insertAdjacentHTML($A, $V)',
          has: { field: 'arguments', has: { nthChild: 2, ...JAVASCRIPT_BUILT } },
        },
        {
          pattern: 'document.write($V)',
          has: { field: 'arguments', has: { nthChild: 1, ...JAVASCRIPT_BUILT } },
        },
      ],
    },
  },
  {
    id: 'sql-injection',
    message: 'an SQL statement is put together from values: pass them as parameters',
    words: /select|insert|update|delete/i,
    rule: {
      any: [
        { pattern: '$DB.query($$$)' },
        { pattern: '$DB.execute($$$)' },
        { pattern: '$DB.raw($$$)' },
      ],
      has: {
        field: 'arguments',
        has: {
          nthChild: 1,
          ...JAVASCRIPT_PUT_TOGETHER,
          regex: '(?i)^.\\s*(select|insert|update|delete)\\b',
        },
      },
    },
  },
  {
    id: 'path-traversal',
    message: 'a path comes from a request: resolve it and check that it stays in its folder',
    words: /\breq(uest)?\./,
    rule: {
      any: [
        { pattern: 'fs.$M($$$)' },
        { pattern: 'path.join($$$)' },
        { pattern: '$R.sendFile($$$)' },
      ],
      has: {
        stopBy: 'end',
        kind: 'member_expression',
        regex: '^req(uest)?\\.(query|params|body)$',
      },
    },
  },
  {
    id: 'unsafe-deserialisation',
    message: 'this loader runs code from its input: use JSON',
    words: /serialize/,
    rule: { pattern: '$S.unserialize($$$)' },
  },
  {
    id: 'no-certificate-check',
    message: 'certificates are not checked',
    words: /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/,
    rule: { kind: 'pair', regex: '^rejectUnauthorized\\s*:\\s*false$' },
  },
  {
    id: 'secret',
    message: 'this looks like a secret key: read it from the environment',
    words: SECRET_WORDS,
    rule: {
      any: [
        { kind: 'string', regex: SECRET },
        { kind: 'template_string', regex: SECRET },
      ],
    },
  },
];
