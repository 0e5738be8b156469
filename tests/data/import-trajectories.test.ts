import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TrajectoryEvent } from '../../src/trajectory/event.ts';
import { importTrajectory } from '../../src/trajectory/formats/import.ts';
import { type RecordedRun, recordedRun } from '../../src/trajectory/formats/own-run.ts';

const folder = fileURLToPath(new URL('../../../shared/data/trajectories/', import.meta.url));

function read(name: string): RecordedRun {
  const options = { name, importedAt: '2026-01-02T03:04:05.000Z' };
  const events = importTrajectory(readFileSync(`${folder}${name}`, 'utf8'), options);
  for (const event of events) TrajectoryEvent.parse(event);
  return recordedRun(events);
}

/** Tools of the steps, in order, and blob ids of the final patch. */
const expected: Record<string, { tools: string; blobs: string; root: string }> = {
  'function-calling-history-only.traj': {
    tools: 'find_file view edit bash submit',
    blobs: '20edef5..5857437',
    root: '/SWE-agent__test-repo',
  },
  'humanevalfix-python-0.traj': {
    tools: 'bash view edit bash submit',
    blobs: 'cacc17f..a4909b2',
    root: '/swe-bench__humanevalfix-python',
  },
  'marshmallow-1867-function-calling-replace.traj': {
    tools: 'create edit bash bash find_file view edit edit bash bash submit',
    blobs: 'ad388c7..168a845',
    root: '/testbed',
  },
  'marshmallow-1867-line-range-edit.traj': {
    tools: 'create edit bash bash find_file view edit edit bash bash submit',
    blobs: 'ad388c7..20da768',
    root: '/marshmallow-code__marshmallow',
  },
  'mini-v1-github-issue.traj.json': {
    tools: 'bash bash bash bash bash bash bash bash bash submit',
    blobs: '20edef5..f55e657',
    root: '/testbed',
  },
  'mini-v1-local.traj.json': { tools: 'bash submit', blobs: '', root: '' },
  'missing-colon-replace.traj': {
    tools: 'find_file view edit bash submit',
    blobs: '20edef5..5857437',
    root: '/SWE-agent__test-repo',
  },
};

describe('saved runs of other agents', () => {
  it('covers every file of the folder', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.entries(expected))('%s', (name, { tools, blobs, root }) => {
    const run = read(name);
    expect(run.steps.map(({ turn }) => turn.actions.map(({ tool }) => tool)).join(' ')).toBe(tools);
    expect(run.header.workspaceRoot).toBe(root);
    expect(run.outcome?.status).toBe('submitted');
    expect(/^index (\S+)/m.exec(run.outcome?.patch ?? '')?.[1] ?? '').toBe(blobs);
    expect(run.steps.every(({ observations }) => observations.length === 1)).toBe(true);
  });

  it('keeps the edits that their linter refused as refused', () => {
    for (const name of Object.keys(expected).filter((file) => file.startsWith('marshmallow'))) {
      const refused = read(name).steps.filter(({ observations }) => observations[0]?.isError);
      expect(refused.map(({ step }) => step)).toEqual([7]);
    }
  });
});
