import { appendFile, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import type { InstanceResult } from '../../src/batch/instance-result.ts';
import { FolderResults } from '../../src/batch/results.ts';
import { FolderStore } from '../../src/storage/folder-store.ts';
import { StoredResults } from '../../src/storage/stored-results.ts';

const ID = 'owner__name-1';

let out: string;
let store: FolderStore;

const temporary = () => mkdtemp(join(tmpdir(), 'patchwright-results-'));

/** A machine of its own. */
async function machine(attempt: string): Promise<StoredResults> {
  return new StoredResults({ store, scratch: await temporary(), attempt });
}

function result(fields: Partial<InstanceResult> = {}): InstanceResult {
  return {
    instanceId: ID,
    runId: 'run',
    model: 'scripted',
    status: 'submitted',
    reason: 'the patch was submitted',
    patch: 'diff --git a/x b/x\n',
    usage: {
      inputTokens: 1,
      outputTokens: 1,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd: 0,
    },
    steps: 1,
    durationMs: 1,
    ...fields,
  };
}

beforeEach(async () => {
  out = await temporary();
  store = new FolderStore(out);
});

it('lands what a folder of results has, in the same places', async () => {
  const one = await machine('a-1');
  const folder = await one.open(ID);
  await writeFile(join(folder, 'trajectory.jsonl'), 'line\n');
  await one.save(ID);
  expect(await one.results()).toEqual(new Map());
  expect(await one.land(result())).toBe(true);
  expect((await readdir(out, { recursive: true })).sort()).toEqual([
    ID,
    `${ID}/patch.diff`,
    `${ID}/result.json`,
    `${ID}/trajectory.jsonl`,
  ]);
  expect(await new FolderResults(out).results()).toEqual(new Map([[ID, result()]]));
  expect(await one.results()).toEqual(new Map([[ID, result()]]));
});

it('lets one of two machines land, and keeps the files of that one', async () => {
  const slow = await machine('a-1');
  const quick = await machine('a-2');
  await writeFile(join(await slow.open(ID), 'trajectory.jsonl'), 'slow, and longer than quick\n');
  await slow.save(ID);
  await writeFile(join(await quick.open(ID), 'trajectory.jsonl'), 'quick\n');
  expect(await quick.land(result({ patch: 'quick' }))).toBe(true);
  expect(await slow.land(result({ patch: 'slow' }))).toBe(false);
  expect((await slow.landed(ID))?.patch).toBe('quick');
  await slow.settle(ID);
  expect(await readFile(join(out, ID, 'trajectory.jsonl'), 'utf8')).toBe('quick\n');
  expect(await readFile(join(out, ID, 'patch.diff'), 'utf8')).toBe('quick');
  expect(await slow.unsettled()).toEqual([]);
});

it('goes on with the newest that another machine has stored', async () => {
  const first = await machine('a-1');
  const folder = await first.open(ID);
  await appendFile(join(folder, 'trajectory.jsonl'), 'one\n');
  await first.save(ID);
  await appendFile(join(folder, 'trajectory.jsonl'), 'two\n');
  await first.save(ID);
  await appendFile(join(folder, 'trajectory.jsonl'), 'lost\n');
  const second = await machine('a-2');
  const restored = join(await second.open(ID), 'trajectory.jsonl');
  expect(await readFile(restored, 'utf8')).toBe('one\ntwo\n');
  await second.save(ID);
  await first.save(ID);
  const third = await machine('a-3');
  expect(await readFile(join(await third.open(ID), 'trajectory.jsonl'), 'utf8')).toBe('one\ntwo\n');
});

it('does not go on with what was stored in part only', async () => {
  const first = await machine('a-1');
  await writeFile(join(await first.open(ID), 'trajectory.jsonl'), 'one\n');
  await first.save(ID);
  await store.put(`.checkpoints/${ID}/a-2/setup.log/0000-000000000000`, Buffer.from('said'));
  const third = await machine('a-3');
  expect(await readdir(await third.open(ID))).toEqual(['trajectory.jsonl']);
});

it('saves by itself where it is told to', async () => {
  const saving = { everyMs: 1, onFailure: () => {} };
  const scratch = await temporary();
  const alone = new StoredResults({ store, scratch, attempt: '0-1', saving });
  await writeFile(join(await alone.open(ID), 'trajectory.jsonl'), 'one\n');
  await vi.waitFor(async () => expect(await alone.unsettled()).toEqual([ID]));
  await alone.finish(result());
  expect(await alone.unsettled()).toEqual([]);
});

it('completes what a machine has landed and not put in place', async () => {
  const dying = await machine('a-1');
  await writeFile(join(await dying.open(ID), 'trajectory.jsonl'), 'whole\n');
  await dying.save(ID);
  const landed = { ...result(), landedBy: 'a-1' };
  await store.create(`${ID}/result.json`, Buffer.from(JSON.stringify(landed)));
  const other = await machine('a-2');
  expect(await other.unsettled()).toEqual([ID]);
  await other.settle(ID);
  expect(await readFile(join(out, ID, 'trajectory.jsonl'), 'utf8')).toBe('whole\n');
  expect(await readFile(join(out, ID, 'patch.diff'), 'utf8')).toBe(result().patch);
  expect(await other.unsettled()).toEqual([]);
});

it('leaves alone what runs and has no result', async () => {
  const running = await machine('a-1');
  await writeFile(join(await running.open(ID), 'trajectory.jsonl'), 'one\n');
  await running.save(ID);
  await running.settle(ID);
  expect(await running.unsettled()).toEqual([ID]);
});

it('opens interrupted runs again and goes on with their trajectories', async () => {
  const folder = new FolderResults(out);
  await writeFile(join(await folder.open(ID), 'trajectory.jsonl'), 'cut\n');
  await folder.finish(result({ status: 'interrupted' }));
  const one = await machine('a-1');
  await one.reopenInterrupted();
  expect(await one.results()).toEqual(new Map());
  expect(await readFile(join(await one.open(ID), 'trajectory.jsonl'), 'utf8')).toBe('cut\n');
  expect(await one.land(result())).toBe(true);
});

it('sets aside what is to be run anew', async () => {
  const one = await machine('a-1');
  await writeFile(join(await one.open(ID), 'trajectory.jsonl'), 'old\n');
  await one.land(result());
  await one.discard(ID);
  expect(await one.results()).toEqual(new Map());
  const [kept = ''] = await readdir(join(out, 'discarded'));
  expect((await readdir(join(out, 'discarded', kept))).sort()).toEqual([
    'patch.diff',
    'result.json',
    'trajectory.jsonl',
  ]);
  expect(await readdir(await one.open(ID))).toEqual([]);
});

it('replaces a result where one process works alone', async () => {
  const one = await machine('single');
  await one.open(ID);
  await one.finish(result({ status: 'interrupted', patch: '' }));
  await one.finish(result());
  expect((await one.landed(ID))?.status).toBe('submitted');
});
