import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'shell-quote';
import { packageRoot } from '../src/package-root.ts';
import { commitAll, git } from '../tests/support/repos.ts';
import { openOwnTools } from './aci/own-tools.ts';
import { fetchRepository } from './aci/repositories.ts';
import { report, SAVE } from './report.ts';

const RUNS = [
  'marshmallow-1867-function-calling-replace.traj',
  'marshmallow-1867-line-range-edit.traj',
];
/** The release in which line 1474 of fields.py is the one that the runs look at. */
const SOURCE = { name: 'marshmallow', version: '3.13.0' };
/** SWE-agent's `open FILE LINE` shows 100 lines, the named one in the middle. */
const LINES_BEFORE = 49;

interface ForeignStep {
  readonly action: string;
  readonly observation: string;
}

interface Call {
  readonly tool: string;
  readonly input: Record<string, unknown>;
  /** How many steps of the foreign run it stands for. */
  readonly steps: number;
}

/** @returns the call of ours that does what the next steps did */
function translate(actions: readonly string[], file: string): Call {
  const [action = '', next = ''] = actions;
  const words = parse(action.trim()).filter((word) => typeof word === 'string');
  const [command = '', first = '', second = ''] = words;
  const lines = /^edit (\d+):(\d+)\n([\s\S]*)\nend_of_edit/;
  switch (command) {
    case 'create': {
      const content = lines.exec(next)?.[3] ?? (parse(next)[1] as string);
      return { tool: 'create', input: { path: first, content: `${content}\n` }, steps: 2 };
    }
    case 'find_file':
      return { tool: 'find_file', input: { pattern: first, path: second }, steps: 1 };
    case 'open':
      return {
        tool: 'view',
        input: { path: first, start_line: Number(second) - LINES_BEFORE },
        steps: 1,
      };
    case 'edit': {
      const range = lines.exec(action);
      const input = range
        ? { start_line: Number(range[1]), end_line: Number(range[2]), new_text: range[3] }
        : { old_text: first, new_text: second };
      return { tool: 'edit', input: { path: file, ...input }, steps: 1 };
    }
    case 'submit':
      return { tool: 'submit', input: {}, steps: 1 };
    case 'python':
      // There the package was installed.
      return { tool: 'bash', input: { command: `PYTHONPATH=src ${action.trim()}` }, steps: 1 };
    default:
      return { tool: 'bash', input: { command: action.trim() }, steps: 1 };
  }
}

async function replay(path: string) {
  const steps = (JSON.parse(readFileSync(path, 'utf8')) as { trajectory: ForeignStep[] })
    .trajectory;
  const top = mkdtempSync(join(tmpdir(), 'patchwright-observations-'));
  const root = join(top, 'repo');
  cpSync(fetchRepository(join(packageRoot, '.cache', 'bench'), SOURCE), root, { recursive: true });
  commitAll(root);
  const tools = openOwnTools(root, true, async () => {
    git(root, 'add', '--all', '--intent-to-add');
    return git(root, 'diff', '--binary', '--no-color', 'HEAD');
  });
  const rows: { step: string; theirs: number; ours: number }[] = [];
  let file = '';
  try {
    for (let at = 0; at < steps.length; ) {
      const rest = steps.slice(at);
      const call = translate(
        rest.map(({ action }) => action),
        file,
      );
      if (call.tool === 'view') file = String(call.input.path);
      const { text } = await tools.call(call.tool, call.input, null);
      const done = rest.slice(0, call.steps);
      const theirs = done.reduce((sum, { observation }) => sum + observation.length, 0);
      rows.push({ step: call.tool, theirs, ours: text.length });
      at += call.steps;
    }
  } finally {
    await tools.close();
    rmSync(top, { recursive: true, force: true });
  }
  const total = (key: 'theirs' | 'ours') => rows.reduce((sum, row) => sum + row[key], 0);
  const [theirs, ours] = [total('theirs'), total('ours')];
  return { theirs, ours, ratio: Math.round((ours / theirs) * 1000) / 1000, rows };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: SAVE,
});
const folder = resolve(positionals[0] ?? join(packageRoot, '../shared/data/trajectories'));
const runs = [];
for (const name of RUNS) {
  const run = { run: name, ...(await replay(join(folder, name))) };
  runs.push(run);
  process.stderr.write(`\n${name}: ${run.ours} of ${run.theirs} characters, ratio ${run.ratio}\n`);
  for (const { step, theirs, ours } of run.rows) {
    process.stderr.write(`| ${step} | SWE-agent ${theirs} | ours ${ours} |\n`);
  }
}
report(values.save, { source: `${SOURCE.name} ${SOURCE.version}`, runs });
