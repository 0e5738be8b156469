import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openContainerCheckout } from '../../src/swebench/container-checkout.ts';
import type { Checkout } from '../../src/workspace/checkout.ts';
import { runCli, startCli } from '../support/cli.ts';
import { smallRow } from '../support/swebench-row.ts';
import { bash, onCleanup, testEngine } from '../workspace/support.ts';
import { containersOf, docker, engineEnvironment, newRun, TEST_IMAGE } from './support.ts';

/**
 * An image as the official ones are: a repository in /testbed whose HEAD is a commit of the set-up on top of the base,
 * a later fix that some tag still reaches, something that was built, and a conda with an environment `testbed`.
 */
const MAKE_IMAGE = `
mkdir -p /testbed /opt/miniconda3/bin /opt/miniconda3/envs/testbed/bin
cat > /opt/miniconda3/bin/activate <<'END'
conda() { export CONDA_DEFAULT_ENV=$2; export PATH=/opt/miniconda3/envs/$2/bin:$PATH; }
END
printf '#!/bin/sh\\necho $(($1 - $2))\\n' > /opt/miniconda3/envs/testbed/bin/subtract
chmod +x /opt/miniconda3/envs/testbed/bin/subtract
cd /testbed
git init -q -b main
git config user.name t; git config user.email t@example.org
echo built/ > .gitignore
printf 'sum() { echo $(($1 - $2)); }\\n' > sum.sh
cat > test.sh <<'END'
. ./sum.sh
report() { if [ "$2" = "$3" ]; then echo "PASSED test.sh::$1"; else echo "FAILED test.sh::$1 - $2"; fail=1; fi; }
fail=0
report zero "$(sum 3 0)" 3
exit $fail
END
git add -A; git commit -qm base; git rev-parse HEAD > /base
sed -i 's/ - / + /' sum.sh; git commit -qam fix; git tag later; git rev-parse HEAD > /later
git diff HEAD~ HEAD > /gold; git reset -q --hard HEAD~
sed -i 's/^exit/report both "$(sum 3 4)" 7\\nexit/' test.sh; git diff > /hidden; git checkout -q .
mkdir built; echo object > built/object.o
git commit -q --allow-empty -m SWE-bench
`;

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
const image = `patchwright-test-${newRun()}`;
let base = '';
let later = '';
let gold = '';
let rows = '';

beforeAll(() => {
  const maker = `${image}-maker`;
  docker('run', '--name', maker, '--network', 'none', TEST_IMAGE, 'bash', '-euc', MAKE_IMAGE);
  docker('commit', '--change', 'WORKDIR /testbed', maker, image);
  const read = (path: string) => {
    docker('cp', `${maker}:${path}`, join(home, 'read'));
    return readFileSync(join(home, 'read'), 'utf8');
  };
  base = read('/base').trim();
  later = read('/later').trim();
  gold = read('/gold');
  const testPatch = read('/hidden');
  docker('rm', maker);
  rows = join(home, 'rows.jsonl');
  const row = smallRow({
    base,
    gold,
    testPatch,
    image,
    prepare: 'conda activate testbed\ncd /testbed',
  });
  const ids = ['gold', 'empty', 'wrong', 'agent', 'sleeps'];
  writeFileSync(rows, ids.map((id) => `${JSON.stringify({ ...row, instance_id: id })}\n`).join(''));
});
afterAll(() => {
  docker('rmi', '--force', image);
  rmSync(home, { recursive: true, force: true });
});

async function open(run: string): Promise<Checkout> {
  const checkout = await openContainerCheckout(
    { id: 'jug__jug-1', image, baseCommit: base },
    { engine: testEngine(), run },
    { signal: new AbortController().signal, log: () => {} },
  );
  onCleanup(() => checkout.close());
  return checkout;
}

const env = engineEnvironment();

function evaluate(run: string, predictions: Readonly<Record<string, string>>, ...args: string[]) {
  const file = join(home, `${run}.json`);
  const entries = Object.entries(predictions).map(([instance_id, model_patch]) => [
    instance_id,
    { instance_id, model_name_or_path: 'model', model_patch },
  ]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(entries)));
  const out = join(home, `out-${run}`);
  mkdirSync(out);
  const common = ['--dataset', rows, '--engine', testEngine().name, '--run-id', run, '--out', out];
  const started = startCli(['evaluate', file, ...common, ...args], { home, env });
  const report = () => JSON.parse(readFileSync(join(out, `model.${run}.json`), 'utf8'));
  return { ...started, report };
}

describe("an instance's checkout in its image", () => {
  it('is /testbed as the image has it, with a history that ends at the base commit', async () => {
    const run = newRun();
    const checkout = await open(run);
    const { workspace } = checkout;
    const script = `pwd; git rev-parse HEAD; git log --all --oneline | wc -l; git tag | wc -l; git cat-file -t ${later}; git status --short; cat built/object.o; echo $CONDA_DEFAULT_ENV; subtract 5 3`;
    const { stdout, stderr } = await bash(workspace, script);
    expect(stdout).toBe(`/testbed\n${base}\n1\n0\nobject\ntestbed\n2\n`);
    expect(stderr).toContain('could not get object info');
    expect(checkout.baseCommit).toBe(base);
    expect(await checkout.patch()).toBe('');
    await expect(workspace.readFile('/opt/miniconda3/bin/activate')).rejects.toThrow(/leads out/);
    await checkout.close();
    expect(containersOf(run)).toEqual([]);
  });

  it('gives a patch that the evaluation in the same image resolves; copies have all it has', async () => {
    const checkout = await open(newRun());
    const { workspace } = checkout;
    await bash(workspace, "sed -i 's/ - / + /' sum.sh; echo object2 > built/object2.o");
    const patch = await checkout.patch();
    expect(patch.split('\n').filter((line) => line.startsWith('+++'))).toEqual(['+++ b/sum.sh']);
    const original = await checkout.copy('base');
    const seen = await bash(original, 'cat sum.sh built/object.o; subtract 9 3; echo x > new');
    expect(seen.stdout).toBe('sum() { echo $(($1 - $2)); }\nobject\n6\n');
    await original.close();
    expect(await checkout.patch()).toBe(patch);
    const { finished, report } = evaluate(newRun(), { agent: patch });
    expect((await finished).code).toBe(0);
    expect(report()).toMatchObject({ resolved_ids: ['agent'] });
  });

  it('says in one sentence that an image or a base commit is not to be had', async () => {
    const refusal = (instance: Parameters<typeof openContainerCheckout>[0]) =>
      openContainerCheckout(
        instance,
        { engine: testEngine(), run: newRun() },
        { signal: new AbortController().signal, log: () => {} },
      ).then(
        () => 'opened',
        ({ name, message }: Error) => `${name}: ${message}`,
      );
    expect(await refusal({ id: 'a', image: 'localhost:1/none', baseCommit: base })).toMatch(
      /^UsageError: the image localhost:1\/none is not there/,
    );
    expect(await refusal({ id: 'a', image, baseCommit: 'f'.repeat(40) })).toMatch(
      /^UsageError: .*f{40} is not a commit/,
    );
    expect(await refusal({ id: 'a', image: TEST_IMAGE, baseCommit: base })).toMatch(
      /^UsageError: .*\/testbed/,
    );
  });
});

describe('patchwright batch in containers', () => {
  it("runs the agent in the instance's image and leaves a patch that resolves, and no container", async () => {
    const turns = [
      ['bash', { command: "pwd; subtract 7 2; sed -i 's/ - / + /' sum.sh" }],
      ['submit', {}],
      ['submit', {}],
    ].map(([tool, input]) => ({ actions: [{ tool, input }] }));
    const script = join(home, 'batch.json');
    writeFileSync(script, JSON.stringify(turns));
    const out = join(home, 'batch');
    const args = ['batch', rows, '--ids', 'agent', '--engine', testEngine().name, '--out', out];
    const end = await runCli([...args, '--model', `scripted:${script}`], { home, env });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(readFileSync(join(out, 'agent', 'trajectory.jsonl'), 'utf8')).toContain('/testbed\\n5');
    expect(containersOf('agent')).toEqual([]);
    const { model_patch } = JSON.parse(readFileSync(join(out, 'preds.json'), 'utf8')).agent;
    const { finished, report } = evaluate(newRun(), { agent: model_patch });
    await finished;
    expect(report()).toMatchObject({ resolved_ids: ['agent'] });
  });
});

describe('evaluating in containers', () => {
  it('resolves the gold patch, not an empty, a wrong or a hanging one, and leaves no container', async () => {
    const run = newRun();
    const wrong = gold.replace('+ $2', '* $2');
    const sleeps = gold.replace('+sum()', '+sleep 600; sum()');
    const predictions = { gold, empty: '', wrong, sleeps };
    const { finished, report } = evaluate(
      run,
      predictions,
      '--hardened',
      '--timeout',
      '6',
      '-j',
      '2',
    );
    const { stdout } = await finished;
    expect(report(), stdout).toMatchObject({
      resolved_ids: ['gold'],
      unresolved_ids: ['wrong'],
      empty_patch_ids: ['empty'],
      error_ids: ['sleeps'],
    });
    expect(containersOf(run)).toEqual([]);
    expect(processesSleeping()).toBe(0);
  });

  it('removes its containers on Ctrl-C', async () => {
    const run = newRun();
    const { child, finished } = evaluate(run, {
      sleeps: gold.replace('+sum()', '+sleep 600; sum()'),
    });
    while (processesSleeping() === 0) await new Promise((done) => setTimeout(done, 50));
    child.kill('SIGINT');
    expect((await finished).code).toBe(130);
    expect(containersOf(run)).toEqual([]);
    expect(processesSleeping()).toBe(0);
  });

  it('says that an engine does not answer', async () => {
    const args = ['evaluate', '--gold', '--dataset', rows, '--engine', 'docker'];
    const dead = { DOCKER_HOST: 'unix:///nonexistent.sock' };
    const { code, stderr } = await runCli(args, { home, env: dead });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/does not answer/) });
  });
});

function processesSleeping(): number {
  const listed = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.trim() === 'sleep 600').length;
}
