import { extname } from 'node:path/posix';
import type { Instance } from '../instance.ts';
import { patchedPaths } from '../patched-paths.ts';

const LANGUAGES: Readonly<Record<string, string>> = {
  '.py': 'Python',
  '.pyx': 'Python',
  '.js': 'JavaScript',
  '.jsx': 'JavaScript',
  '.mjs': 'JavaScript',
  '.cjs': 'JavaScript',
  '.vue': 'JavaScript',
  '.ts': 'TypeScript',
  '.tsx': 'TypeScript',
  '.mts': 'TypeScript',
  '.go': 'Go',
  '.rs': 'Rust',
  '.java': 'Java',
  '.kt': 'Kotlin',
  '.c': 'C',
  '.tcl': 'C',
  '.cc': 'C++',
  '.cpp': 'C++',
  '.cxx': 'C++',
  '.hpp': 'C++',
  '.cs': 'C#',
  '.php': 'PHP',
  '.rb': 'Ruby',
  '.swift': 'Swift',
  '.scala': 'Scala',
};

/** How the datasets spell a language in a column of its own. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(LANGUAGES).map((name) => [name.toLowerCase(), name])),
  js: 'JavaScript',
  ts: 'TypeScript',
  cpp: 'C++',
  golang: 'Go',
};

/** The row's own word, else the language of most files that the reference fix and the tests change. */
export function languageOf({ language, patch, testPatch }: Instance): string {
  if (language !== undefined) return SPELLINGS[language] ?? language;
  for (const diff of [patch, testPatch]) {
    const found = patchedPaths(diff).flatMap((path) => LANGUAGES[extname(path)] ?? []);
    const [first] = countBy(found, (name) => name);
    if (first) return first.name;
  }
  return 'unknown';
}

export interface Count {
  readonly name: string;
  readonly count: number;
}

/** The largest first, equal ones by name. */
export function countBy<T>(items: readonly T[], nameOf: (item: T) => string): Count[] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
