import type { LanguageId } from '../../syntax/languages.ts';
import { goGrammar } from './go.ts';
import { javaGrammar } from './java.ts';
import { javascriptGrammar } from './javascript.ts';
import { pythonGrammar } from './python.ts';
import type { Grammar } from './roles.ts';

/** @returns the roles of a language's node types */
export function grammarOf(language: LanguageId): Grammar {
  switch (language) {
    case 'python':
      return pythonGrammar;
    case 'go':
      return goGrammar;
    case 'java':
      return javaGrammar;
    default:
      return javascriptGrammar;
  }
}
