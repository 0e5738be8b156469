import { posix } from 'node:path';
import { listFiles } from '../../src/search/ripgrep.ts';
import { similarity } from '../../src/text/similarity.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';

const MAX_PATHS = 5;
const LEAST_SCORE = 0.5;

/** @returns files of the repository whose names are most like a path that is not there, the best first */
export async function similarPaths(workspace: Workspace, path: string): Promise<string[]> {
  const name = posix.basename(path).toLowerCase();
  const files = await listFiles(workspace, '.').catch(() => []);
  return files
    .map((file) => ({ file, score: score(file, path, name) }))
    .filter((candidate) => candidate.score >= LEAST_SCORE)
    .sort((a, b) => b.score - a.score || a.file.length - b.file.length)
    .slice(0, MAX_PATHS)
    .map((candidate) => candidate.file);
}

function score(file: string, path: string, name: string): number {
  const other = posix.basename(file).toLowerCase();
  const names = other === name ? 1 : similarity(other, name) * 0.9;
  return names + similarity(file, path) * 0.1 - 0.05;
}
