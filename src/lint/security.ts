import { type LanguageId, languageOf } from '../syntax/languages.ts';
import { type Diagnostic, diagnosticsAdded } from './diagnostic.ts';
import type { SecurityRule } from './security-rules.ts';
import type { EditedText } from './syntax.ts';

const MAX_CHARS = 1_000_000;

type Engine = typeof import('@ast-grep/napi');

let engine: Promise<Engine> | undefined;

/**
 * Dangerous code that an edit adds, by rules over the syntax tree (ast-grep): remarks, since it may be meant so. Python,
 * JavaScript and TypeScript have rules.
 */
export async function securityRemarksAdded(edit: EditedText): Promise<Diagnostic[]> {
  const language = languageOf(edit.path);
  if (!language || !hasRules(language) || edit.after.length > MAX_CHARS) return [];
  const { JAVASCRIPT_RULES, PYTHON_RULES } = await import('./security-rules.ts');
  // Most edits hold none of the words: nothing is parsed for them.
  const rules = (language === 'python' ? PYTHON_RULES : JAVASCRIPT_RULES).filter((rule) =>
    rule.words.test(edit.change.text),
  );
  if (rules.length === 0) return [];
  const after = await findings(language, edit.after, rules);
  if (after.length === 0) return [];
  const before = edit.before === null ? [] : await findings(language, edit.before, rules);
  return diagnosticsAdded(before, after, edit.lines);
}

function hasRules(language: LanguageId): boolean {
  return ['python', 'javascript', 'typescript', 'tsx'].includes(language);
}

async function findings(
  language: LanguageId,
  text: string,
  rules: readonly SecurityRule[],
): Promise<Diagnostic[]> {
  engine ??= loadEngine();
  const { Lang, parse } = await engine;
  const grammar =
    language === 'python'
      ? 'python'
      : { javascript: Lang.JavaScript, typescript: Lang.TypeScript }[language as string];
  const root = parse(grammar ?? Lang.Tsx, text).root();
  return rules.flatMap(({ id, message, rule }) =>
    root.findAll({ rule }).map((node): Diagnostic => {
      const { line, column } = node.range().start;
      return {
        line: line + 1,
        column: column + 1,
        message,
        severity: 'remark',
        source: `security/${id}`,
      };
    }),
  );
}

async function loadEngine(): Promise<Engine> {
  const [library, { default: python }] = await Promise.all([
    import('@ast-grep/napi'),
    import('@ast-grep/lang-python'),
  ]);
  library.registerDynamicLanguage({ python });
  return library;
}
