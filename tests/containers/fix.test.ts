import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli, startCli } from '../support/cli.ts';
import { git, makeRepo } from '../support/repos.ts';
import { processesWith, survivors, uniqueSeconds } from '../workspace/support.ts';
import { docker, engineEnvironment, imageOf, TEST_IMAGE } from './support.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

let folders = 0;
const newFolder = () => mkdtempSync(join(home, `${folders++}-`));
const act = (tool: string, input: object) => ({ actions: [{ tool, input }] });
const bash = (command: string) => act('bash', { command });

/** A `fix` of a Python repository in a container, with a script of turns. */
function start(turns: readonly unknown[], ...args: readonly string[]) {
  const folder = newFolder();
  const repository = makeRepo('python-intervals', folder);
  const script = join(folder, 'script.json');
  const temp = mkdtempSync(join(folder, 'tmp-'));
  writeFileSync(script, JSON.stringify(turns));
  const out = join(folder, 'out');
  const common = ['fix', '--repo', repository, '--issue', 'Intervals that touch', '--out', out];
  const started = startCli(
    [
      ...[...common, '--json', '--model', `scripted:${script}`],
      ...['--sandbox', 'container', '--image', TEST_IMAGE, ...args],
    ],
    { home, env: { TMPDIR: temp, ...engineEnvironment() } },
  );
  return { ...started, repository, out, temp };
}

/** Containers of runs whose process is the one given. */
function containersOfProcess(pid: number | undefined): string[] {
  const all = docker('ps', '--all', '--format', '{{.Names}}').split('\n');
  return all.filter((name) => name.startsWith(`patchwright-${pid}-`));
}

const EDITS = [
  act('view', { path: 'intervals/merge.py' }),
  bash(
    'id -u; pwd; cat /etc/os-release | head -1; sed -i "s/start < last/start <= last/" intervals/merge.py',
  ),
  act('search', { pattern: 'def ', path: '.' }),
  act('edit', { path: 'intervals/merge.py', old: 'syntax that is nowhere', new: 'x' }),
  act('create', {
    path: 'intervals/more.py',
    content: 'import json\n\n\ndef more():\n    return json.dumps(1)\n',
  }),
  act('run_tests', {}),
  act('submit', {}),
  act('submit', {}),
];

describe('fix --sandbox container', () => {
  it('acts in the image through every tool, and leaves nothing but the patch', async () => {
    const run = start(EDITS, '--memory', '1g', '--cpus', '1');
    const { code, stdout, stderr } = await run.finished;
    const lines = jsonLines(stdout);
    expect(lines.at(-1), stderr).toMatchObject({ type: 'result', status: 'submitted' });
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({ type: 'header', sandbox: 'container' });
    const texts = lines
      .filter(({ type }) => type === 'observation')
      .map(({ observation }) => (observation as { text: string }).text);
    expect(texts[1]).toContain('Debian GNU/Linux 12');
    expect(texts[2]).toContain('intervals/merge.py');
    expect(texts[5], texts[5]).toMatch(/passed|passing/);
    const patch = readFileSync(join(run.out, 'patch.diff'), 'utf8');
    expect(patch).toContain('+++ b/intervals/more.py');
    git(run.repository, 'apply', '--check', join(run.out, 'patch.diff'));
    expect(containersOfProcess(run.child.pid)).toEqual([]);
    expect(readdirSync(run.temp)).toEqual([]);
  });

  it('knows the packages that only the image has, and refuses those that nothing has', async () => {
    const packages = '/usr/lib/python3/dist-packages';
    const image = imageOf(TEST_IMAGE, `echo x = 1 > ${packages}/only_in_the_image.py`);
    const importing = (name: string, module: string) =>
      act('create', { path: name, content: `import ${module}\n\nprint(${module}.x)\n` });
    const turns = [importing('a.py', 'only_in_the_image'), importing('b.py', 'nowhere_at_all')];
    const run = start(turns, '--image', image);
    const lines = jsonLines((await run.finished).stdout);
    const observations = lines.filter(({ type }) => type === 'observation');
    expect(observations.map(({ observation }) => observation)).toMatchObject([
      { isError: false },
      { isError: true, text: expect.stringContaining('nowhere_at_all') },
    ]);
  });

  it('removes its container when the run fails', async () => {
    const run = start([bash('echo one')]);
    expect((await run.finished).code).toBe(1);
    expect(containersOfProcess(run.child.pid)).toEqual([]);
    expect(readdirSync(run.temp)).toEqual([]);
  });

  it.each([1, 2])('removes its container on Ctrl-C, pressed %d times', async (times) => {
    const seconds = uniqueSeconds();
    const run = start([
      bash(`echo x >> intervals/merge.py; setsid sleep ${seconds} & sleep ${seconds}`),
    ]);
    await run.printed(/"type":"turn"/);
    while (processesWith(seconds).filter((line) => line.startsWith('sleep')).length < 2)
      await delay(50);
    for (let i = 0; i < times; i += 1) run.child.kill('SIGINT');
    const { code, stdout } = await run.finished;
    expect(code).toBe(130);
    if (times === 1) {
      expect(jsonLines(stdout).at(-1)).toMatchObject({ status: 'interrupted' });
      expect(readFileSync(join(run.out, 'patch.diff'), 'utf8')).toContain('+x');
      expect(containersOfProcess(run.child.pid)).toEqual([]);
    }
    expect(await survivors(seconds)).toEqual([]);
    // The second one does not wait for the engine.
    for (let i = 0; i < 100 && containersOfProcess(run.child.pid).length > 0; i += 1) {
      await delay(50);
    }
    expect(containersOfProcess(run.child.pid)).toEqual([]);
  });

  it('is taken up again in the same image', async () => {
    const run = start(
      [bash('echo changed >> README.md; uname -a'), act('submit', {}), act('submit', {})],
      '--max-steps',
      '1',
    );
    expect((await run.finished).code).toBe(1);
    const env = engineEnvironment();
    const resumed = await runCli(['resume', run.out, '--max-steps', '9', '--json'], { home, env });
    expect(resumed.code, resumed.stderr).toBe(0);
    const replayed = await runCli(['replay', run.out, '--json'], { home, env });
    expect(replayed.code, replayed.stdout + replayed.stderr).toBe(0);
  });

  it('tells what is wrong with its options in one sentence', async () => {
    // A podman of this machine would answer.
    const withoutPodman = newFolder();
    for (const name of ['bash', 'docker', 'git', 'sh']) {
      symlinkSync(
        execFileSync('which', [name], { encoding: 'utf8' }).trim(),
        join(withoutPodman, name),
      );
    }
    const say = async (...args: string[]) => {
      const env = { PATH: withoutPodman, DOCKER_HOST: 'unix:///nonexistent.sock' };
      const { code, stderr } = await runCli(
        ['fix', '--issue', 'x', '--repo', makeRepo('python-intervals', newFolder()), ...args],
        { home, env },
      );
      return `${code} ${stderr}`;
    };
    expect(await say('--sandbox', 'container')).toMatch(/^2 .*--image/);
    expect(await say('--image', 'x')).toMatch(/^2 .*--image is for --sandbox container/);
    expect(await say('--sandbox', 'container', '--image', 'x', '--memory', 'lots')).toMatch(
      /^2 .*512m/,
    );
    expect(await say('--sandbox', 'container', '--image', 'x')).toMatch(
      /^2 .*no container engine answers; .*docker or podman/,
    );
    expect(await say('--sandbox', 'container', '--image', 'x', '--engine', 'docker')).toMatch(
      /^2 .*--engine docker: it does not answer/,
    );
  });
});
