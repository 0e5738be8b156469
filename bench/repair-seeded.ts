// Twenty hand-written bugs of one place each in two published packages of more than 5,000 lines, repaired by
// `patchwright fix --model repair` from the packages' own tests; the place is not given. The packages are fetched
// from their registries. A repair is right when all tests pass and the file is as published, or does what the
// published one does on the inputs of the bug's probe. Prints JSON; lines and a table go to standard error.
// Usage: node --import tsx bench/repair-seeded.ts [--only ID,ID] [--seconds 300] [-j 1] [--save]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { inParallel } from '../src/in-parallel.ts';
import { median } from '../src/median.ts';
import { commitAll } from '../tests/support/repos.ts';
import { runFix, runProgram } from './repair/run-fix.ts';
import { copyOf, type Package, packages } from './repair-seeded/packages.ts';
import seeds from './repair-seeded/seeds.json' with { type: 'json' };
import { report, SAVE } from './report.ts';

const ISSUE = 'Some tests fail since the last change. Find out why and mend it.';
const SUITE_MS = 120_000;
const PROBE_MS = 60_000;

const Seed = z.object({
  id: z.string(),
  kind: z.string(),
  file: z.string(),
  old: z.string(),
  new: z.string(),
  probe: z.string(),
});
type Seed = z.infer<typeof Seed>;

interface Result {
  readonly id: string;
  readonly package: string;
  readonly kind: string;
  /** `unseen`: no test fails with the bug, so it does not count. */
  readonly verdict: 'right' | 'wrong' | 'none' | 'unseen';
  readonly asPublished?: boolean;
  readonly seconds?: number;
  readonly tried?: number | undefined;
  readonly perSecond?: number | undefined;
  readonly confidence?: number | undefined;
  readonly reason?: string;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '300' },
    jobs: { type: 'string', short: 'j', default: '1' },
    ...SAVE,
  },
});
const seconds = Number(values.seconds);
const chosen = values.only?.split(',');
const folder = mkdtempSync(join(tmpdir(), 'patchwright-seeded-'));

async function passes(one: Package, repository: string): Promise<boolean> {
  return (await runProgram(one.test, repository, SUITE_MS)).code === 0;
}

/** What the published and the repaired package print for the probe is the same. */
async function actsAlike(one: Package, seed: Seed, repaired: string): Promise<boolean> {
  const published = await copyOf(one, `${repaired}-published`);
  try {
    const [a, b] = await Promise.all(
      [published, repaired].map((each) => runProgram(one.probe(seed.probe), each, PROBE_MS)),
    );
    if (a?.code !== 0)
      throw new Error(`${seed.id}: the probe does not run on the published package`);
    return a.stdout === b?.stdout && b.code === 0;
  } finally {
    rmSync(published, { recursive: true, force: true });
  }
}

async function tryOne(one: Package, seed: Seed): Promise<Result> {
  const base = { id: seed.id, package: one.name, kind: seed.kind };
  const repository = await copyOf(one, join(folder, seed.id));
  const file = join(repository, seed.file);
  try {
    const published = readFileSync(file, 'utf8');
    if (published.split(seed.old).length !== 2) throw new Error(`${seed.id}: not one place`);
    writeFileSync(
      file,
      published.replace(seed.old, () => seed.new),
    );
    if (await passes(one, repository)) return { ...base, verdict: 'unseen' };
    if (await actsAlike(one, seed, repository))
      throw new Error(`${seed.id}: the probe sees no bug`);
    commitAll(repository);
    const run = await runFix(repository, { issue: ISSUE, seconds });
    const told = {
      seconds: Math.round(run.durationMs / 100) / 10,
      tried: run.data?.tried,
      perSecond: run.data?.perSecond,
    };
    if (run.patch === '') return { ...base, ...told, verdict: 'none', reason: run.reason };
    const confidence = run.data?.patches[0]?.confidence;
    const asPublished = readFileSync(file, 'utf8') === published;
    const isRight =
      (await passes(one, repository)) && (asPublished || (await actsAlike(one, seed, repository)));
    return { ...base, ...told, confidence, asPublished, verdict: isRight ? 'right' : 'wrong' };
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
}

const chosenSeeds = packages.flatMap((one) =>
  z
    .array(Seed)
    .parse(seeds[one.name as keyof typeof seeds])
    .filter(({ id }) => !chosen || chosen.includes(id))
    .map((seed) => ({ one, seed })),
);
for (const one of packages) {
  if (!chosenSeeds.some((each) => each.one === one)) continue;
  const copy = await copyOf(one, join(folder, one.name));
  if (!(await passes(one, copy))) throw new Error(`the tests of ${one.name} fail as published`);
  rmSync(copy, { recursive: true, force: true });
}
const results = await inParallel(chosenSeeds, Number(values.jobs), async ({ one, seed }) => {
  const result = await tryOne(one, seed);
  const { id, verdict, confidence = '', tried = 0, perSecond = 0, reason = '' } = result;
  process.stderr.write(
    `${result.package} ${id} ${verdict} ${result.seconds ?? ''} s, ${tried} tried, ${perSecond}/s, ${confidence} ${reason}\n`,
  );
  return result;
});
rmSync(folder, { recursive: true, force: true });
const count = (verdict: Result['verdict']) =>
  results.filter((each) => each.verdict === verdict).length;
const seen = results.length - count('unseen');
const submitted = count('right') + count('wrong');
const summary = {
  bugs: seen,
  right: count('right'),
  wrong: count('wrong'),
  none: count('none'),
  unseen: count('unseen'),
  rightShare: count('right') / Math.max(1, seen),
  wrongShare: count('wrong') / Math.max(1, submitted),
  medianSeconds: median(
    results.flatMap((each) => (each.verdict === 'right' ? [each.seconds ?? 0] : [])),
  ),
  secondsEach: seconds,
  results: results.sort((a, b) => (a.id < b.id ? -1 : 1)),
};
const percent = (share: number) => `${Math.round(100 * share)} %`;
process.stderr.write(
  `${seen} bugs: right ${summary.right} (${percent(summary.rightShare)}), wrong ${summary.wrong} (${percent(summary.wrongShare)} of the submitted), none ${summary.none}; median ${summary.medianSeconds} s\n`,
);
report(values.save, summary);
