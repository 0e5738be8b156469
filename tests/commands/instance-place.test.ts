import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Host } from '../../src/commands/host.ts';
import { choosePlace } from '../../src/commands/instance-place.ts';

let folder = '';
let asked = '';
let host: Host;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'instance-place-'));
  asked = join(folder, 'asked');
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$@" >> '${asked}'\n`, { mode: 0o755 });
  host = {
    env: { PATH: `${folder}:${process.env.PATH}` },
    cwd: folder,
    home: folder,
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    signal: new AbortController().signal,
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const image = { image: 'swebench/one' };
const noImage = { image: '' };

test('no engine is asked where no instance has an image', async () => {
  const place = await choosePlace({ sandbox: 'none' }, host, [noImage, noImage]);
  expect(place.engineFor(noImage)).toBeUndefined();
  expect(existsSync(asked)).toBe(false);
});

test.each([
  ['one of them has an image', [noImage, image]],
  ['they are not known', undefined],
])('the engine that answers serves those with an image when %s', async (_, instances) => {
  const place = await choosePlace({ sandbox: 'none' }, host, instances);
  expect(existsSync(asked)).toBe(true);
  expect(place.engineFor(image)?.name).toBe('docker');
  expect(place.engineFor(noImage)).toBeUndefined();
});

test('an engine that was named serves all', async () => {
  const place = await choosePlace({ engine: 'docker' }, host, [noImage]);
  expect(place.engineFor(noImage)?.name).toBe('docker');
});
