import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../../../src/swebench/grading/find-markers.ts';
import { gradeInstance } from '../../../src/swebench/grading/report.ts';
import type { Instance } from '../../../src/swebench/instance.ts';
import { LogFormatError } from '../../../src/swebench/parsers/parser.ts';
import { PARSERS } from '../../../src/swebench/parsers/registry.ts';
import { mutate, randomFrom } from '../../swebench/parsers/mutate.ts';
import {
  CASES,
  digest,
  mutationsOf,
  type ParsedMap,
  type ParseRequest,
  parse,
  type Recorded,
  readLog,
} from '../../swebench/parsers/recorded.ts';
import { storedRuns } from './data.ts';
import { mutateReport } from './mutate-report.ts';
import { type Oracle, openOracle } from './oracle.ts';

/** Logs that are parsed by both; set `PATCHWRIGHT_MUTATIONS` for a longer hunt, `PATCHWRIGHT_SEED` for another. */
const MUTATIONS = Number(process.env.PATCHWRIGHT_MUTATIONS ?? 21_000);
const SEED = Number(process.env.PATCHWRIGHT_SEED ?? 1);
const BATCH = 200;

const theirs = (oracle: Oracle, { text, ...request }: ParseRequest) =>
  oracle.ask({ do: 'parse', ...request, log: text }).then(
    ({ map }) => map,
    () => 'raises',
  );

describe('parsers beside the official package', () => {
  let oracle: Oracle;
  beforeAll(() => {
    oracle = openOracle();
  });
  afterAll(() => oracle.close());

  const runs = storedRuns();
  const own: ParseRequest[] = CASES.map((entry) => ({ ...entry, text: readLog(entry.log) }));
  const real: ParseRequest[] = runs.map(({ instance, log }) => ({
    parser: instance.logParser,
    instanceId: instance.id,
    version: instance.version,
    text: log,
  }));

  it('has the same names', async () => {
    const { names } = await oracle.ask({ do: 'names' });
    expect([...PARSERS.keys()].sort()).toEqual(names);
  });

  it('made the maps that are recorded beside our own logs (written anew by vitest -u)', async () => {
    const lines: string[] = [];
    for (const entry of CASES) {
      const ask = (text: string) => theirs(oracle, { ...entry, text }) as Promise<ParsedMap>;
      const mutated = await Promise.all(mutationsOf(entry).map(ask));
      const map = await ask(readLog(entry.log));
      const recorded: Recorded = { ...entry, map, mutations: mutated.map(digest) };
      lines.push(`${JSON.stringify(recorded)}\n`);
    }
    await expect(lines.join('')).toMatchFileSnapshot('../../swebench/parsers/recorded.jsonl');
  });

  it('gives the same maps for whole logs, real and our own', async () => {
    for (const request of [...own, ...real]) {
      expect(parse(request), request.parser).toEqual(await theirs(oracle, request));
    }
  });

  it(`gives the same maps for ${MUTATIONS} mutated logs`, async () => {
    const random = randomFrom(SEED);
    const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T;
    const counts = { equal: 0, filled: 0, raised: 0 };
    for (let done = 0; done < MUTATIONS; done += BATCH) {
      const requests = Array.from({ length: BATCH }, (): ParseRequest => {
        // Half of them from real logs; one in eight by a parser that the log is not for.
        const source = pick(random() < 0.5 ? real : own);
        const { parser, instanceId, version } = random() < 0.125 ? pick(own) : source;
        return { parser, instanceId, version, text: mutate(source.text, random, 120) };
      });
      const expected = await Promise.all(requests.map((request) => theirs(oracle, request)));
      requests.forEach((request, at) => {
        const map = parse(request);
        if (JSON.stringify(map) !== JSON.stringify(expected[at])) {
          throw new Error(
            `${request.parser} differs\n${JSON.stringify(request.text)}\nours   ${JSON.stringify(map)}\ntheirs ${JSON.stringify(expected[at])}`,
          );
        }
        counts.equal += 1;
        if (map === 'raises') counts.raised += 1;
        else if ((map as unknown[]).length > 0) counts.filled += 1;
      });
    }
    // Most logs still say something, so the comparison is not one of empty maps.
    expect(counts.filled).toBeGreaterThan(counts.equal / 2);
    console.info(`${counts.equal} equal: ${counts.filled} with results, ${counts.raised} raised`);
  }, 1_200_000);
});

describe('reports beside the official package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwright-reports-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are the same for 1,500 mutated whole logs', async () => {
    const oracle = openOracle();
    const random = randomFrom(SEED + 1);
    const runs = storedRuns().filter(({ log }) => log.length < 200_000);
    const file = join(folder, 'test_output.txt');
    let before5 = 0;
    for (let done = 0; done < 1_500; done += 1) {
      const { row, instance, log } = runs[Math.floor(random() * runs.length)] as (typeof runs)[0];
      const framed = random() < 0.5 ? mutateReport(log, random) : log;
      const mutated = framed === log ? mutate(log, random, 1_000_000) : framed;
      writeFileSync(file, mutated);
      const official = await oracle.ask({ do: 'report', row, file }).then(
        ({ report }) => (report as Record<string, unknown>)[instance.id],
        () => 'raises',
      );
      const own = reportOf(mutated, instance);
      expect(reportOf(Buffer.from(mutated), instance)).toEqual(own);
      if (own.before5) {
        // A report that the official package made before 5.0 and makes no longer.
        before5 += 1;
        expect(official).toMatchObject({ resolved: false, patch_successfully_applied: false });
      } else expect(own.report).toEqual(official);
    }
    oracle.close();
    expect(before5).toBeLessThan(150);
  }, 1_200_000);
});

function reportOf(log: Log, instance: Instance): { report: unknown; before5: boolean } {
  try {
    const { report, reading } = gradeInstance(instance, log);
    return { report, before5: reading?.valid === false && reading.before5 === true };
  } catch (error) {
    if (error instanceof LogFormatError) return { report: 'raises', before5: false };
    throw error;
  }
}
