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
