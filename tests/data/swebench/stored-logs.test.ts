import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/swebench/datasets/load.ts';
import { explainLog } from '../../../src/swebench/grading/explain.ts';
import { hardenedVerdict } from '../../../src/swebench/grading/hardened.ts';
import { regrade } from '../../../src/swebench/grading/regrade.ts';
import { gradeInstance } from '../../../src/swebench/grading/report.ts';
import { noHub, sharedData, storedRuns } from './data.ts';
import { openOracle } from './oracle.ts';

const runs = storedRuns();

describe('stored logs', () => {
  it('are 98 of SWE-bench Verified and 36 of local runs', () => {
    expect(runs.length).toBe(98 + 36);
  });

  it.each(runs.map((run) => [`${run.file.split('/').at(-3)} ${run.instance.id}`, run] as const))(
    '%s: resolved and tests_status as the official report has them',
    (_, { instance, log, official }) => {
      const { report } = gradeInstance(instance, log);
      expect(report.resolved).toBe(official.resolved);
      expect(report.tests_status).toEqual(official.tests_status);
    },
  );

  it('that are honest keep their verdict when hardened', () => {
    const doubted = runs
      .filter(({ official }) => official.resolved)
      .map(({ instance, log, patch }) => ({
        id: instance.id,
        ...hardenedVerdict(log, instance, patch),
      }))
      .filter(({ resolved }) => !resolved);
    expect(doubted).toEqual([]);
  });

  it('explain every failure by a line of the log that names it, or as absent', () => {
    for (const { instance, log } of runs) {
      for (const { status, line, test } of explainLog(log, instance).tests) {
        if (status === undefined) expect(line).toBeUndefined();
        else {
          expect(line, `${instance.id} ${test}`).toBeDefined();
          expect(log.split('\n')[(line?.number ?? 0) - 1]).toContain(line?.text);
        }
      }
    }
  });
});

describe('the run report over stored logs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwright-regrade-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['verified-logs', 'verified'],
    ['local-logs', 'local/base'],
    ['local-logs', 'local/gold'],
  ])('%s, %s: is the official package’s, byte for byte', async (rows, logs) => {
    const file = join(sharedData, 'swebench', `${rows}.jsonl`);
    const dataset = await loadDataset(file, { cwd: sharedData, hub: noHub });
    const official = join(folder, logs, 'official');
    const out = join(official, 'run', 'm');
    const { signal } = new AbortController();
    const source = join(sharedData, 'logs', logs);
    const regraded = await regrade({ dataset, logs: source, out, model: 'm', run: 'run', signal });
    expect(regraded.unreadable).toEqual([]);
    const oracle = openOracle();
    // The official package looks for each log beside its report.
    const { copyFileSync, existsSync } = await import('node:fs');
    const ids = [...regraded.report.completed_ids, ...regraded.report.error_ids];
    for (const id of ids) {
      const log = join(source, id, 'test_output.txt');
      if (existsSync(log)) copyFileSync(log, join(out, id, 'test_output.txt'));
    }
    const { text } = await oracle.ask({
      do: 'run_report',
      rows: readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      predictions: ids.map((id) => ({
        instance_id: id,
        model_name_or_path: 'm',
        model_patch: 'x',
      })),
      logs: official,
      run: 'run',
      out: join(folder, logs, 'theirs'),
    });
    oracle.close();
    expect(readFileSync(regraded.reportFile, 'utf8')).toBe(text);
  });
});
