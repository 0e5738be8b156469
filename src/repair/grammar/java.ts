import { pythonGrammar } from './python.ts';
import type { Grammar } from './roles.ts';
export const javaGrammar: Grammar = { ...pythonGrammar, family: 'java', role: () => null };
