// HumanEvalFix through the whole agent: every row is a repository, repaired by `patchwright fix --model repair` and
// judged by the hidden test and the stronger inputs. Prints JSON; a line a row and tables go to standard error.
// Usage: node --import tsx bench/repair-humanevalfix.ts FILE.jsonl... [--visible examples|full|both] [--rows FIRST:LAST:STEP]
//        [-j 1] [--seconds 60] [--save], default both; --save keeps bench/results/repair-humanevalfix.json
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchHumanEvalFix, benchTable, type Repaired } from '../src/repair/bench/humanevalfix.ts';
import { type RowProject, STATEMENT } from '../src/repair/bench/project.ts';
import { parseRows, type Row, type Visible } from '../src/repair/bench/row.ts';
import type { VerdictProgram } from '../src/repair/bench/verdict.ts';
import { commitAll, placeFiles, runFix, runProgram, saveResult } from './repair/run-fix.ts';

const JUDGE_MS = 30_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    visible: { type: 'string', default: 'both' },
    rows: { type: 'string', default: '' },
    jobs: { type: 'string', short: 'j', default: '1' },
    seconds: { type: 'string', default: '60' },
    save: { type: 'boolean', default: false },
  },
});
if (positionals.length === 0) throw new Error('give a file of rows');
const seen: Visible[] = ['examples', 'full'];
const visible = seen.filter((each) => values.visible === 'both' || values.visible === each);
if (visible.length === 0) throw new Error('--visible: examples, full or both');
const seconds = Number(values.seconds);
const folder = mkdtempSync(join(tmpdir(), 'patchwright-bench-'));
let made = 0;

function place(files: Readonly<Record<string, string>>): string {
  const path = join(folder, String(made++));
  placeFiles(path, files);
  return path;
}

/** Some of the rows, as Python slices a list. */
function sliced(rows: readonly Row[]): Row[] {
  const [first, last, step] = values.rows.split(':').map((part) => Number(part) || undefined);
  return rows.slice(first ?? 0, last).filter((_, index) => index % (step ?? 1) === 0);
}

async function fix(project: RowProject): Promise<Repaired> {
  const repository = place(project.files);
  await commitAll(repository);
  const { status, reason, patch, durationMs, data } = await runFix(repository, {
    issue: STATEMENT,
    seconds,
  });
  const text = patch === '' ? null : readFileSync(join(repository, project.source), 'utf8');
  rmSync(repository, { recursive: true, force: true });
  const best = data?.patches[0];
  return {
    ...{ status, reason, text, durationMs, tried: data?.tried, perSecond: data?.perSecond },
    ...{ confidence: best?.confidence, kind: best?.kind },
  };
}

async function execute(program: VerdictProgram): Promise<string> {
  const path = place(program.files);
  const { stdout } = await runProgram(program.argv, path, JUDGE_MS);
  rmSync(path, { recursive: true, force: true });
  return stdout;
}

const runs = [];
for (const file of positionals) {
  const rows = sliced(parseRows(readFileSync(file, 'utf8'), basename(file)));
  for (const each of visible) {
    const summary = await benchHumanEvalFix({
      model: 'repair',
      rows,
      visible: each,
      jobs: Number(values.jobs),
      fix,
      execute,
      onRow(result, done, all) {
        const { id, verdict, durationMs, tried, perSecond, kind, confidence, reason } = result;
        const time = (durationMs / 1000).toFixed(1);
        const why = verdict === 'none' || verdict === 'error' ? reason : (kind ?? '');
        process.stderr.write(
          `${done}/${all} ${id} ${verdict} ${time} s, ${tried ?? 0} tried, ${perSecond ?? 0}/s, ${confidence ?? ''} ${why}\n`,
        );
      },
    });
    process.stderr.write(`${basename(file)}\n${benchTable(summary)}\n\n`);
    runs.push({ file: basename(file), seconds, ...summary });
  }
}
rmSync(folder, { recursive: true, force: true });
const names = process.argv
  .slice(2)
  .map((word) => (word.endsWith('.jsonl') ? basename(word) : word));
const command = `node --import tsx bench/repair-humanevalfix.ts ${names.join(' ')}`;
if (values.save) saveResult('repair-humanevalfix', command, { runs });
process.stdout.write(`${JSON.stringify({ runs }, null, 1)}\n`);
