import type { Workspace } from '../../workspace/workspace.ts';

const TIMEOUT_MS = 120_000;

/**
 * Lines that Go tests run, by `go test -coverprofile` over all packages of the module.
 *
 * @param tests names of top-level tests
 * @returns lines from 1 by path relative to the root; null when it could not be had
 */
export async function goCoverage(
  workspace: Workspace,
  tests: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, number[]> | null> {
  const module = /^module\s+(\S+)/m.exec(await readText(workspace, 'go.mod'))?.[1];
  if (module === undefined || tests.length === 0) return null;
  const profile = `${workspace.scratchRoot}/repair-cover-${process.pid}.out`;
  const pattern = `^(${[...new Set(tests)].join('|')})$`;
  const options = ['-count=1', '-run', pattern, '-coverpkg=./...', `-coverprofile=${profile}`];
  await workspace.exec(['go', 'test', ...options, './...'], { timeoutMs: TIMEOUT_MS, signal });
  const text = await readText(workspace, profile);
  await workspace.removeFile(profile).catch(() => {});
  return text === '' ? null : parseProfile(text, module);
}

/** Reads the text form of a cover profile: `path:line.column,line.column statements count`. */
export function parseProfile(text: string, module: string): Record<string, number[]> {
  const found = new Map<string, Set<number>>();
  for (const line of text.split('\n')) {
    const match = /^(.+):(\d+)\.\d+,(\d+)\.\d+ \d+ (\d+)$/.exec(line);
    if (!match || match[4] === '0' || !match[1]?.startsWith(`${module}/`)) continue;
    const path = match[1].slice(module.length + 1);
    const lines = found.get(path) ?? new Set<number>();
    for (let at = Number(match[2]); at <= Number(match[3]); at++) lines.add(at);
    found.set(path, lines);
  }
  return Object.fromEntries([...found].map(([path, lines]) => [path, [...lines]]));
}

async function readText(workspace: Workspace, path: string): Promise<string> {
  return workspace.readFile(path).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  );
}
