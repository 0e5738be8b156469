import { pythonGrammar } from './python.ts';
import type { Grammar } from './roles.ts';
export const goGrammar: Grammar = { ...pythonGrammar, family: 'go', role: () => null };
