import type { Workspace } from '../../workspace/workspace.ts';

const MOST = 60;

/** Numbers and strings that stand in test files: inputs are made like them. */
export async function literalsOf(
  workspace: Workspace,
  files: readonly string[],
): Promise<{ numbers: number[]; strings: string[] }> {
  const numbers = new Set<number>();
  const strings = new Set<string>();
  for (const file of files) {
    const text = (await workspace.readFile(file).catch(() => '')).toString();
    for (const match of text.matchAll(/(?<![\w."])-?\d+(?:\.\d+)?(?![\w"])/g)) {
      if (Math.abs(Number(match[0])) < 1e6) numbers.add(Number(match[0]));
    }
    for (const match of text.matchAll(/"([^"\\\n]{0,80})"/g)) strings.add(match[1] ?? '');
  }
  return { numbers: [...numbers].slice(0, MOST), strings: [...strings].slice(0, MOST) };
}
