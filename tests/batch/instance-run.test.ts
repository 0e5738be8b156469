import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type InstanceRunInput, runInstance, statementOf } from '../../src/batch/instance-run.ts';
import { createScriptedModel } from '../../src/model/scripted.ts';
import { openCheckout } from '../../src/workspace/open-checkout.ts';
import { defaultTools } from '../../tools/index.ts';
import { makeTasks, writeScript } from '../support/batch.ts';

let root = '';
let input: InstanceRunInput;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'instance-run-'));
  const tasks = makeTasks(root, ['one']);
  const script = writeScript(root).replace('scripted:', '');
  const folder = join(root, 'out');
  mkdirSync(folder);
  input = {
    instance: { id: 'one' },
    statement: 'The value is wrong',
    folder,
    open: ({ signal }) =>
      openCheckout({
        source: join(tasks, 'one', 'repository'),
        cwd: '/',
        sandbox: 'local',
        signal,
      }),
    model: () => createScriptedModel(script),
    tools: defaultTools,
    limits: { maxSteps: 20, maxCostUsd: null, maxTimeMs: 60_000 },
    signal: new AbortController().signal,
    runId: 'run-1',
    versions: {},
    config: {},
  };
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const trajectory = () => join(input.folder, 'trajectory.jsonl');
const types = () =>
  readFileSync(trajectory(), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).type);

/** Runs until the n-th event of a type. */
function cutAt(type: string, n: number) {
  const stop = new AbortController();
  let seen = 0;
  return runInstance({
    ...input,
    signal: stop.signal,
    subscribers: [
      (event) => {
        if (event.type === type && ++seen === n) stop.abort(new Error('cut'));
      },
    ],
  });
}

test('an instance ends with a patch and a whole trajectory', async () => {
  const result = await runInstance(input);
  expect(result).toMatchObject({
    instanceId: 'one',
    runId: 'run-1',
    status: 'submitted',
    steps: 5,
  });
  expect(result.patch).toContain('+value = 2');
  expect(types().at(-1)).toBe('outcome');
});

test.each([
  ['turn', 2],
  ['observation', 2],
  ['turn', 4],
])('a run that is cut at %s %i goes on to the patch of a whole one', async (type, n) => {
  const whole = await runInstance({ ...input, folder: makeFolder('whole') });
  const cut = await cutAt(type, n);
  expect(cut.status).toBe('interrupted');
  let taken = 0;
  const result = await runInstance({ ...input, onResume: ({ steps }) => (taken = steps) });
  expect(taken).toBeGreaterThan(0);
  expect(result).toMatchObject({ status: 'submitted', patch: whole.patch, steps: whole.steps });
  expect(types().filter((one) => one === 'header')).toHaveLength(1);
  expect(types().filter((one) => one === 'outcome')).toHaveLength(1);
});

test('what has ended is not run again', async () => {
  const first = await runInstance(input);
  const again = await runInstance({
    ...input,
    open: () => Promise.reject(new Error('opened again')),
  });
  expect(again).toEqual(first);
});

test('a trajectory without a whole header is put aside', async () => {
  writeFileSync(trajectory(), '{"v":1,"seq":0,"ty');
  expect(await runInstance(input)).toMatchObject({ status: 'submitted' });
  expect(existsSync(join(input.folder, 'trajectory.unusable-1.jsonl'))).toBe(true);
});

test('a run whose repository has changed since begins anew', async () => {
  await cutAt('observation', 2);
  writeFileSync(join(root, 'tasks', 'one', 'repository', 'value.txt'), 'value = 1, really\n');
  const result = await runInstance(input);
  expect(result.patch).toContain('-value = 1, really\n+value = 2, really\n');
  expect(existsSync(join(input.folder, 'trajectory.unusable-1.jsonl'))).toBe(true);
});

test('a repository that cannot be made ready is a result, with a log', async () => {
  const open: InstanceRunInput['open'] = async ({ log }) => {
    log('pip install');
    throw new Error('no such commit');
  };
  expect(await runInstance({ ...input, open })).toMatchObject({
    status: 'error',
    reason: 'the repository could not be made ready: no such commit',
    patch: '',
  });
  expect(readFileSync(join(input.folder, 'setup.log'), 'utf8')).toBe(
    'pip install\nno such commit\n',
  );
});

test('an interruption before the first step leaves nothing to go on from', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  expect(await runInstance({ ...input, signal })).toMatchObject({ status: 'interrupted' });
  expect(existsSync(trajectory())).toBe(false);
});

test('hints are told only when asked for', () => {
  const instance = { problemStatement: 'It breaks.\n', hints: 'Look at a.py' };
  expect(statementOf(instance, false)).toBe('It breaks.\n');
  expect(statementOf(instance, true)).toBe('It breaks.\n\n## Hints\n\nLook at a.py');
});

function makeFolder(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}
