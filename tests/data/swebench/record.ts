// Writes tests/swebench/parsers/recorded.json: what the official package makes of our own logs and of mutations of
// them. Run with: npx tsx tests/data/swebench/record.ts
import { writeFileSync } from 'node:fs';
import {
  CASES,
  digest,
  mutationsOf,
  type ParsedMap,
  type Recorded,
  readLog,
} from '../../swebench/parsers/recorded.ts';
import { openOracle } from './oracle.ts';

const oracle = openOracle();
const recorded: Recorded[] = [];
for (const entry of CASES) {
  const ask = (log: string) =>
    oracle.ask({ do: 'parse', ...entry, log }).then(
      ({ map }) => map as ParsedMap,
      (): ParsedMap => 'raises',
    );
  const mutated = await Promise.all(mutationsOf(entry).map(ask));
  recorded.push({ ...entry, map: await ask(readLog(entry.log)), mutations: mutated.map(digest) });
}
oracle.close();
const file = new URL('../../swebench/parsers/recorded.json', import.meta.url);
const lines = recorded.map((entry) => JSON.stringify(entry));
writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
