import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrajectoryEvent } from '../../../src/trajectory/event.ts';
import { exportTrajectory } from '../../../src/trajectory/formats/export.ts';
import { importTrajectory } from '../../../src/trajectory/formats/import.ts';
import { ownEvents, type StepSpec, sampleEvents } from '../../support/trajectories/own.ts';

const options = { name: 'x', importedAt: '2026-01-02T03:04:05.000Z' };
const carriers = ['swe-agent', 'mini', 'atif'] as const;

/** Events without their stamps, which are made anew. */
function bodies(events: readonly TrajectoryEvent[]): object[] {
  return events.map(({ v: _v, seq: _seq, time: _time, ...body }) => body);
}

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const anyStep: fc.Arbitrary<StepSpec> = fc.record(
  {
    text: anyText,
    thinking: anyText.filter((text) => text !== ''),
    nudge: anyText,
    calls: fc.array(
      fc.record({
        tool: fc.constantFrom('bash', 'edit', 'submit', 'no such tool'),
        input: fc.jsonValue(),
        answer: fc.record({
          text: anyText,
          isError: fc.boolean(),
          data: fc.jsonValue(),
        }),
      }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);

describe.each(carriers)('%s', (format) => {
  it('brings a run of our own back as it was', () => {
    const events = sampleEvents();
    const back = importTrajectory(exportTrajectory(events, format), options);
    for (const event of back) TrajectoryEvent.parse(event);
    expect(bodies(back)).toEqual(bodies(events));
  });

  it('brings a run that was killed back', () => {
    const events = sampleEvents().filter(({ type }) => type !== 'outcome');
    const back = importTrajectory(exportTrajectory(events, format), options);
    expect(bodies(back)).toEqual(bodies(events));
  });

  it('brings any run back', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 4 }), (steps) => {
        const events = ownEvents(steps);
        // What the file holds is JSON: -0 comes back as 0.
        const expected: unknown = JSON.parse(JSON.stringify(bodies(events)));
        const back = importTrajectory(exportTrajectory(events, format), options);
        expect(JSON.parse(JSON.stringify(bodies(back)))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('is read by its own fields too, when it is not told to be ours', () => {
    const text = exportTrajectory(sampleEvents(), format).replaceAll('"patchwright":', '"other":');
    const [header, ...rest] = importTrajectory(text, options);
    expect(header).toMatchObject({
      type: 'header',
      prompt: 'Mend it.',
      system: 'You mend things.',
    });
    const commands = rest.flatMap((event) =>
      event.type === 'turn' ? event.turn.actions.map(({ tool }) => tool) : [],
    );
    expect(commands).toContain('bash');
    expect(rest.at(-1)).toMatchObject({ type: 'outcome' });
  });
});
