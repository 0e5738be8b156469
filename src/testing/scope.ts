import type { TestCase } from './report.ts';
import { type ScopeParts, scopeParts, type TestScope } from './runner.ts';

/** What may follow the id of a suite, class or function in the ids of the tests inside of it. */
const INSIDE = [' > ', '::', '[', '/', '.', ' '];

/**
 * The cases that a scope asked for. A runner that selects more coarsely, or that lists what it left out as skipped,
 * gives more than that. An error that is told of a whole file of the scope stays.
 */
export function restrictToScope(cases: readonly TestCase[], scope: TestScope): TestCase[] {
  const parts = scopeParts(scope);
  const byName = parts.ids.length + parts.patterns.length > 0;
  const byFile = parts.files.length > 0;
  if (!byName && !byFile) return [...cases];
  return cases.filter((one) => {
    const inFile = byFile && fileMatches(one, parts);
    return byName ? nameMatches(one, parts, byFile ? inFile : true) : inFile;
  });
}

function fileMatches(one: TestCase, parts: ScopeParts): boolean {
  if (one.file === undefined) return true;
  const file = one.file;
  return parts.files.some((wanted) => {
    const path = wanted.replace(/^\.\//, '').replace(/\/$/, '');
    return path === '.' || file === path || file.startsWith(`${path}/`);
  });
}

function nameMatches(one: TestCase, parts: ScopeParts, inFiles: boolean): boolean {
  const { id } = one;
  if (one.verdict === 'error' && id === one.file) {
    const mayHide = parts.patterns.length > 0 && inFiles;
    return mayHide || parts.ids.some((wanted) => wanted.file === id);
  }
  if (parts.ids.some((wanted) => sameOrInside(id, wanted.id))) return true;
  const name = id.includes('::') ? id.slice(id.indexOf('::') + 2) : id;
  const dotted = dottedName(id);
  return (
    inFiles && parts.patterns.some((pattern) => name.includes(pattern) || dotted.includes(pattern))
  );
}

/** `a/test_b.py::C::d` as `a.test_b.C.d`, the form in which unittest and Django name tests. */
function dottedName(id: string): string {
  return id
    .replace(/\.py(?=::|$)/, '')
    .replaceAll('::', '.')
    .replaceAll('/', '.');
}

function sameOrInside(id: string, wanted: string): boolean {
  return id === wanted || INSIDE.some((separator) => id.startsWith(wanted + separator));
}
