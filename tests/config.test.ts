import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true }));

function fileWith(text: string): string {
  const file = join(home, 'config.json');
  writeFileSync(file, text);
  return file;
}

test('no file is no configuration, but a named file must be there', async () => {
  expect(await readConfig({ env: {}, home })).toEqual({});
  const missing = join(home, 'none.json');
  await expect(readConfig({ file: missing, env: {}, home })).rejects.toThrow(/cannot be read/);
});

test('the default file lies under XDG_CONFIG_HOME', async () => {
  mkdirSync(join(home, 'xdg', 'patchwright'), { recursive: true });
  writeFileSync(join(home, 'xdg', 'patchwright', 'config.json'), '{"maxSteps": 7}');
  const env = { XDG_CONFIG_HOME: join(home, 'xdg') };
  expect(await readConfig({ env, home })).toEqual({ maxSteps: 7 });
});

test.each([
  ['{', /is not JSON/],
  ['{"maxStep": 7}', /unknown field "maxStep"; the fields are model, fallbackModel/],
  ['{"maxSteps": "7"}', /field "maxSteps"/],
  ['{"maxCost": 0}', /field "maxCost"/],
  ['{"sandbox": "docker"}', /field "sandbox"/],
  ['[]', /expected object/i],
])('refuses %s', async (text, message) => {
  const reading = readConfig({ file: fileWith(text), env: {}, home });
  await expect(reading).rejects.toThrow(message);
  await expect(reading).rejects.toHaveProperty('name', 'UsageError');
});
