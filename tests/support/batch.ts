import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitAll } from './repos.ts';

/** Turns of a scripted model that mends the repository of any task made by `makeTasks`. */
export const SCRIPT = [
  { actions: [{ tool: 'view', input: { path: 'value.txt' } }] },
  { actions: [{ tool: 'bash', input: { command: "sed -i 's/= 1/= 2/' value.txt" } }] },
  { actions: [{ tool: 'bash', input: { command: 'cat value.txt' } }] },
  { actions: [{ tool: 'submit', input: {} }] },
  { actions: [{ tool: 'submit', input: {} }] },
];

/** Writes a script of turns. @returns the model's name */
export function writeScript(folder: string, turns: readonly unknown[] = SCRIPT): string {
  const file = join(folder, 'script.json');
  writeFileSync(file, JSON.stringify(turns));
  return `scripted:${file}`;
}

/** Makes a folder of plain tasks, each with a tiny repository of its own. @returns the folder */
export function makeTasks(parent: string, names: readonly string[]): string {
  const folder = join(parent, 'tasks');
  for (const name of names) {
    const task = join(folder, name);
    const repository = join(task, 'repository');
    mkdirSync(repository, { recursive: true });
    writeFileSync(join(repository, 'value.txt'), `value = 1\nname = ${name}\n`);
    commitAll(repository);
    writeFileSync(join(task, 'issue.md'), `The value of ${name} is wrong\n\nIt should be 2.\n`);
    writeFileSync(join(task, 'task.yaml'), "test: grep -q 'value = 2' value.txt\n");
  }
  return folder;
}
