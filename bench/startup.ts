// Start-up time of the command line beside bare Node, medians of 20, alternating so that both see the same machine.
// Usage: node --import tsx bench/startup.ts [--save]. JSON on standard output.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commitAll } from '../tests/support/repos.ts';
import { medianOf, report, SAVE } from './report.ts';

const { values } = parseArgs({ options: SAVE });
const ROUNDS = 20;
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'patchwright-bench-'));

function wallTime(args: readonly string[]): Promise<number> {
  const start = performance.now();
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    child.on('error', failed);
    child.on('exit', () => done(performance.now() - start));
  });
}

/** A repository of 20 files with one commit. */
function makeRepository(): string {
  const repository = join(folder, 'repository');
  mkdirSync(repository);
  for (let i = 0; i < 20; i++)
    writeFileSync(join(repository, `file${i}.py`), `x = ${i}\n`.repeat(50));
  commitAll(repository);
  return repository;
}

/** From the start of the process to the first `POST /v1/messages` at a server on this machine. */
async function firstRequest(repository: string, out: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const args = ['fix', '--repo', repository, '--issue', 'it is wrong', '--out', out];
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: folder,
    ANTHROPIC_API_KEY: 'bench',
    ANTHROPIC_BASE_URL: address,
  };
  const start = performance.now();
  const child = spawn(process.execPath, [cli, ...args, '--model', 'anthropic'], {
    env,
    stdio: 'ignore',
  });
  const exited = new Promise((done) => child.on('exit', done));
  const elapsed = await new Promise<number>((done, failed) => {
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/v1/messages')) done(performance.now() - start);
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"type":"error","error":{"type":"authentication_error","message":"no"}}');
    });
    child.on('exit', () => failed(new Error('fix ended before its first request')));
  });
  await exited;
  server.close();
  return elapsed;
}

try {
  const repository = makeRepository();
  const bare: number[] = [];
  const help: number[] = [];
  const request: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await wallTime(['-e', '0']));
    help.push(await wallTime([cli, '--help']));
    request.push(await firstRequest(repository, join(folder, `out${round}`)));
  }
  const node = medianOf(bare);
  report(values.save, {
    rounds: ROUNDS,
    unit: 'ms, median',
    node,
    help: medianOf(help),
    helpOverNode: medianOf(help) - node,
    helpToReach: 60,
    firstRequest: medianOf(request),
    firstRequestOverNode: medianOf(request) - node,
    firstRequestToReach: 250,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
