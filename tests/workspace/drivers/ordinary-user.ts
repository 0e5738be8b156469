/**
 * Goes through a run as whoever starts it, and prints what happened as JSON. Arguments: kind, folder, seconds.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseSandbox, openWorkspace, type SandboxKind } from '../../../src/workspace/open.ts';
import { copyRepository } from '../../../src/workspace/repository.ts';
import { probeSandbox } from '../../../src/workspace/sandbox.ts';
import { openScratch } from '../../../src/workspace/scratch.ts';

const [kind = '', repository = '', seconds = ''] = process.argv.slice(2);
process.env.ANTHROPIC_API_KEY = 'sk-ant-secret';
const scratch = await openScratch();
const copy = await copyRepository({ source: repository, dir: join(scratch.dir, 'copy') });
const hostScratch = join(scratch.dir, 'scratch');
mkdirSync(hostScratch);
const workspace = openWorkspace({
  kind: kind as SandboxKind,
  hostRoot: copy.hostRoot,
  root: copy.root,
  hostScratch,
  limits: { memoryBytes: 400 * 2 ** 20, processes: 200 },
});
const bash = (script: string, timeoutMs = 20_000) =>
  workspace.exec(['bash', '-c', script], { timeoutMs });

const who = await bash('id -u; pwd; echo changed > a.txt; touch made; stat -c %u made; cat a.txt');
const environ = await bash(
  'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep -c sk-ant',
);
const hung = await bash(`setsid sleep ${seconds} & sleep ${seconds} & sleep ${seconds}`, 500);
const many = await bash(
  `for i in $(seq 400); do sleep ${seconds} & done 2>/dev/null; ls -d /proc/[0-9]* | wc -l`,
  10_000,
);
const large = await workspace.exec(['python3', '-c', 'print(len(bytearray(1000 << 20)))'], {
  timeoutMs: 20_000,
});
mkdirSync(join(copy.hostRoot, 'locked'));
writeFileSync(join(copy.hostRoot, 'locked/file'), 'x');
writeFileSync(join(copy.hostRoot, 'secret.txt'), 'x');
chmodSync(join(copy.hostRoot, 'secret.txt'), 0);
chmodSync(join(copy.hostRoot, 'locked'), 0);
const patch = await copy.patch();
const probe = await probeSandbox();
const { kind: chosen } = await chooseSandbox('auto');
await workspace.close();
await scratch.close();
console.log(
  JSON.stringify({
    root: copy.root,
    who: who.stdout,
    environ: environ.stdout.trim(),
    hung: { timedOut: hung.timedOut, durationMs: hung.durationMs },
    many: many.stdout.trim(),
    large: { exitCode: large.exitCode, stdout: large.stdout },
    patch,
    probe,
    chosen,
  }),
);
