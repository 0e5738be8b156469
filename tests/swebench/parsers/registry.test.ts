import { describe, expect, it } from 'vitest';
import { PARSERS } from '../../../src/swebench/parsers/registry.ts';
import { digest, mutationsOf, parse, readLog, readRecorded } from './recorded.ts';

const recorded = readRecorded();

describe('parsers', () => {
  it('are the 57 of the official registry, each tried', () => {
    expect(PARSERS.size).toBe(57);
    expect(new Set(recorded.map(({ parser }) => parser))).toEqual(new Set(PARSERS.keys()));
  });

  it.each(recorded.map((entry) => [`${entry.parser} on ${entry.log}`, entry] as const))(
    '%s: the map that the official package made',
    (_, entry) => {
      expect(parse({ ...entry, text: readLog(entry.log) })).toEqual(entry.map);
      const mutated = mutationsOf(entry).map((text) => parse({ ...entry, text }));
      expect(mutated.map(digest)).toEqual(entry.mutations);
    },
  );

  it('name the line that each result stands on', () => {
    const text = readLog('pytest');
    const lines = text.split('\n');
    let seen = 0;
    PARSERS.get('parse_log_pytest')?.(
      text,
      (test, _status, line) => {
        expect(lines[line ?? -1]).toContain(test);
        seen += 1;
      },
      { instanceId: 'owner__repo-1', version: '1.0' },
    );
    expect(seen).toBeGreaterThan(10);
  });
});
