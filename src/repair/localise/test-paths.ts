/** @returns whether a path looks like a test or its helper: those are never edited */
export function isTestPath(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  const name = parts.at(-1) ?? '';
  if (
    parts
      .slice(0, -1)
      .some((part) => /^(?:tests?|__tests__|__mocks__|specs?|testing|fixtures?|e2e)$/.test(part))
  ) {
    return true;
  }
  return /^(?:test_.*|.*_test|conftest|.*[._-](?:test|spec)|tests?|.*test)\.[a-z]+$/.test(name);
}

/** @returns whether a path looks like a file with tests, not only like something that belongs to tests */
export function isTestFile(path: string): boolean {
  const name = path.split('/').at(-1) ?? '';
  if (/^(?:test_.*|.*_test|tests)\.py$/.test(name)) return true;
  if (/_test\.go$|^(?:Test\w+|\w+Tests?)\.java$/.test(name)) return true;
  return /^(?:.*[._-](?:test|spec)|test)\.[cm]?[jt]sx?$/.test(name);
}
