// HumanEvalFix by `patchwright bench humanevalfix --model repair`: every row a repository, the place not given, judged
// by the hidden test and the stronger inputs. Needs `npm run build` before. Prints JSON; lines of rows go to standard
// error. With --save each file and mode has a result of its own: `humanevalfix-NAME-MODE.json`.
// Usage: node --import tsx bench/humanevalfix.ts FILE.jsonl... [--visible examples|full] [--save]
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/package-root.ts';
import type { BenchSummary } from '../src/repair/bench/run-bench.ts';
import { report, SAVE } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { visible: { type: 'string', default: 'examples' }, ...SAVE },
});
if (positionals.length === 0) throw new Error('name a file of rows');
const cli = join(packageRoot, 'dist', 'cli.js');

for (const file of positionals) {
  const args = ['bench', 'humanevalfix', file, '--visible', values.visible, '--json'];
  const { stdout, status } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`patchwright ${args.join(' ')} ended with ${status}`);
  const name = basename(file, '.jsonl');
  const summary = JSON.parse(stdout) as BenchSummary;
  report(
    values.save,
    { file: `${name}.jsonl`, ...summary },
    `humanevalfix-${name}-${values.visible}`,
  );
}
