import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { TrajectoryEvent } from '../../../src/trajectory/event.ts';
import { importTrajectory } from '../../../src/trajectory/formats/import.ts';
import { traj0, traj1 } from '../../support/trajectories/foreign.ts';

const options = { name: 'runs/x.traj', importedAt: '2026-01-02T03:04:05.000Z' };

describe('importTrajectory', () => {
  it.each([
    ['', /not JSON/],
    ['no json', /not JSON/],
    ['{}', /not a trajectory of a known format/],
    ['"text"', /not a trajectory of a known format/],
    ['[{"role": 5}]', /field 0\.role is wrong/],
    ['{"messages": {}}', /mini-swe-agent's \.traj\.json, but field messages/],
    ['{"trajectory": [{"state": 3}]}', /SWE-agent's \.traj, but field trajectory\.0\.state/],
    ['{"schema_version": "ATIF-v2.0", "steps": []}', /ATIF trajectory, but field schema_version/],
  ])('refuses %j with the field that is wrong', (text, message) => {
    expect(() => importTrajectory(text, options)).toThrow(UsageError);
    expect(() => importTrajectory(text, options)).toThrow(message);
    expect(() => importTrajectory(text, options)).toThrow(/^runs\/x\.traj: /);
  });

  it('reads an empty trajectory of each shape', () => {
    for (const text of ['{"trajectory": [], "history": []}', '{"messages": []}', '[]']) {
      const events = importTrajectory(text, options);
      expect(events.map(({ type }) => type)).toEqual(['header', 'outcome']);
    }
  });

  it('gives valid events or a UsageError for any damage to a file', () => {
    const step = { action: 'open a.py', observation: '[File: a.py (1 lines total)]\n1:x' };
    const files = [traj0('/o__r', [step]), traj1('/o__r', [step])];
    const junk = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.string(),
      fc.constant([]),
      fc.constant({}),
    );
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), junk, (file, place, value) => {
        const json: unknown = JSON.parse(file);
        const places = placesOf(json);
        const [parent, key] = places[place % places.length] ?? [];
        if (parent && key !== undefined) parent[key] = value;
        try {
          for (const event of importTrajectory(JSON.stringify(json), options)) {
            TrajectoryEvent.parse(event);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

type Parent = Record<string, unknown>;

/** Every place of a JSON value: the object or list it stands in, and its key. */
function placesOf(json: unknown): [Parent, string][] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, child]): [Parent, string][] => [
    [json as Parent, key],
    ...placesOf(child),
  ]);
}
