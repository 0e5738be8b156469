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
