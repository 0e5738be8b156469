// What a command costs in each kind of workspace: the median of running `true`, and what opening and closing take.
// Prints JSON; a table goes to standard error. Containers are left out where no engine answers or no image is named.
// Usage: node --import tsx bench/workspaces.ts [runs] [image] [--save]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findEngine } from '../src/workspace/container/engine.ts';
import { openContainer } from '../src/workspace/container/workspace.ts';
import { openWorkspace } from '../src/workspace/open.ts';
import type { Workspace } from '../src/workspace/workspace.ts';
import { medianOf, report, SAVE } from './report.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: SAVE });
const [runs = '50', image] = positionals;
const folder = mkdtempSync(join(tmpdir(), 'bench-workspaces-'));
let made = 0;

function where() {
  const place = join(folder, String(made++));
  const [hostRoot, hostScratch] = [join(place, 'copy'), join(place, 'scratch')];
  for (const path of [hostRoot, hostScratch]) mkdirSync(path, { recursive: true });
  return { hostRoot, root: '/work', hostScratch };
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: Math.round((performance.now() - start) * 10) / 10 };
}

async function measure(kind: string, open: () => Promise<Workspace>) {
  const { value: workspace, ms: openMs } = await timed(open);
  const times: number[] = [];
  for (let run = 0; run < Number(runs); run += 1) {
    const { ms } = await timed(() => workspace.exec(['true'], { timeoutMs: 60_000 }));
    times.push(ms);
  }
  const { ms: closeMs } = await timed(() => workspace.close());
  return { kind, openMs, execMs: medianOf(times), closeMs };
}

const engine = image === undefined ? undefined : await findEngine(process.env);
const results = [
  await measure('local', async () => openWorkspace({ kind: 'local', ...where() })),
  await measure('bubblewrap', async () => openWorkspace({ kind: 'bubblewrap', ...where() })),
];
if (engine && image !== undefined) {
  const opening = { engine, image, run: 'bench' };
  const name = `container (${engine.name})`;
  results.push(await measure(name, () => openContainer({ ...opening, ...where() })));
}
rmSync(folder, { recursive: true, force: true });
const row = (cells: readonly unknown[]) => cells.map((cell) => String(cell).padEnd(20)).join('');
process.stderr.write(`${row(['workspace', 'open ms', 'true, median ms', 'close ms'])}\n`);
for (const { kind, openMs, execMs, closeMs } of results) {
  process.stderr.write(`${row([kind, openMs, execMs, closeMs])}\n`);
}
report(values.save, { runs: Number(runs), results });
