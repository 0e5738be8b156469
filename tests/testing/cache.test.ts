import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { inheritCache, newPlace } from '../../src/testing/place.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { openTestProject, type TestProject } from './support.ts';

const projects: TestProject[] = [];
afterEach(async () => {
  for (const project of projects.splice(0)) await project.close();
});

function open(): Workspace {
  const project = openTestProject({ 'README.md': '' });
  projects.push(project);
  return project.workspace;
}

/** The folder for caches of runners, on the host. */
async function cacheOf(workspace: Workspace): Promise<string> {
  const { cache } = await newPlace(workspace, false);
  return join(workspace.hostScratch, cache.slice(workspace.scratchRoot.length));
}

it('gives a copy what runners have cached', async () => {
  const [from, to] = [open(), open()];
  const cache = await cacheOf(from);
  mkdirSync(join(cache, 'go/00'), { recursive: true });
  writeFileSync(join(cache, 'go/00/a-d'), 'built');
  await inheritCache(from, to);
  expect(readFileSync(join(await cacheOf(to), 'go/00/a-d'), 'utf8')).toBe('built');
});

it('follows no link that a command put in the place of the cache', async () => {
  const [from, to, other] = [open(), open(), open()];
  const cache = await cacheOf(from);
  writeFileSync(join(other.hostRoot, 'secret'), 'of the host');
  renameSync(cache, `${cache}-away`);
  symlinkSync(other.hostRoot, cache);
  await inheritCache(from, to);
  expect(existsSync(join(await cacheOf(to), 'secret'))).toBe(false);
});

it('has nothing to give before the first run', async () => {
  const [from, to] = [open(), open()];
  await inheritCache(from, to);
  expect(existsSync(await cacheOf(to))).toBe(true);
});
