import { describe, expect, it } from 'vitest';
import { choose } from '../../src/repair/choose.ts';
import type { Candidate } from '../../src/repair/edits/edit.ts';
import type { Behaviours } from '../../src/repair/pool/pool.ts';

const candidate = (cost: number, start = cost): Candidate => ({
  path: 'a.py',
  edits: [{ start, end: start + 1, text: 'x', kind: 'number', extra: 0 }],
  cost,
});

const evidence = (checks: number, isVouched = true) => ({
  checks,
  isVouchedFor: () => isVouched,
});

/** What candidates gave back for the same inputs. */
function told(
  original: readonly string[],
  ...pairs: readonly [Candidate, readonly string[]][]
): Map<Candidate, Behaviours> {
  const behaviours: Behaviours = { original, of: new Map(pairs) };
  return new Map(pairs.map(([each]) => [each, behaviours]));
}

describe('the choice among candidates that fit the tests', () => {
  it('takes the likelier where nothing tells them apart', () => {
    const [likely, unlikely] = [candidate(3), candidate(6)];
    const [first, second] = choose([unlikely, likely], new Map(), evidence(5));
    expect(first?.candidate).toBe(likely);
    expect(first?.confidence).toBeGreaterThan(second?.confidence ?? 1);
  });

  it('takes the behaviour that most of the likelihood stands for', () => {
    const [alone, one, other, third] = [4, 4.3, 4.4, 4.5].map((cost) => candidate(cost));
    if (!alone || !one || !other || !third) throw new Error('four candidates');
    const same = ['1', '2'];
    const behaviours = told(
      ['0', '2'],
      [alone, ['1', '3']],
      [one, same],
      [other, same],
      [third, same],
    );
    const [first] = choose([alone, one, other, third], behaviours, evidence(5));
    expect(first?.candidate).toBe(one);
    expect(first?.weight).toBeGreaterThan(0.6);
  });

  it('prefers what keeps the old results, of two that are as likely', () => {
    const [keeps, changes] = [candidate(4, 1), candidate(4, 9)];
    const original = ['1', '2', '3', '4'];
    const behaviours = told(
      original,
      [changes, ['1', '0', '0', '0']],
      [keeps, ['1', '2', '3', '0']],
    );
    const [first] = choose([changes, keeps], behaviours, evidence(5));
    expect(first?.candidate).toBe(keeps);
    expect(first?.agreement).toBe(0.75);
  });

  it('is surer with more checks and less sure of an unlikely edit', () => {
    const confidence = (cost: number, checks: number) =>
      choose([candidate(cost)], new Map(), evidence(checks))[0]?.confidence ?? 0;
    expect(confidence(8, 50)).toBeGreaterThan(confidence(8, 5));
    expect(confidence(4, 5)).toBeGreaterThan(confidence(12, 5));
    expect(confidence(1, 10_000)).toBeLessThan(1);
  });

  it('is less sure of two edits than of one that is as unlikely', () => {
    const one = candidate(8);
    const two = { ...one, edits: [...one.edits, ...candidate(8, 20).edits] };
    const [ofOne, ofTwo] = [one, two].map(
      (each) => choose([each], new Map(), evidence(20))[0]?.confidence ?? 1,
    );
    expect(ofTwo).toBeLessThan(ofOne ?? 0);
  });

  it('doubts what changes all that a function did when nothing vouches for it', () => {
    const [all, some] = [candidate(4, 1), candidate(4, 9)];
    const original = ['1', '2', '3'];
    const behaviours = told(original, [all, ['0', '0', '0']], [some, ['1', '2', '0']]);
    const confidences = (isVouched: boolean) => {
      const choices = choose([all, some], behaviours, evidence(20, isVouched));
      return [all, some].map(
        (each) => choices.find(({ candidate: own }) => own === each)?.confidence ?? 0,
      );
    };
    const [vouched, alone] = [confidences(true), confidences(false)];
    expect(alone[0]).toBeLessThan((vouched[0] ?? 0) - 0.2);
    expect(alone[1]).toBe(vouched[1]);
  });
});

it('counts variants of an edit at one place together where behaviour is not known', () => {
  const [one, variant, other] = [candidate(4, 1), candidate(4.1, 1), candidate(4.2, 9)];
  const apart = choose([candidate(4, 1), candidate(4.1, 5), other], new Map(), evidence(5))[0];
  const together = choose([one, variant, other], new Map(), evidence(5))[0];
  expect(together?.candidate).toBe(one);
  expect(together?.confidence).toBeGreaterThan(apart?.confidence ?? 1);
});
