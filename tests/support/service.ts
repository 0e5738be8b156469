import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** A port of the loopback interface that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Service {
  readonly child: ChildProcess;
  /** Everything that it printed. */
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program and waits until it prints that it is ready. @throws {Error} with its output when it ends before */
export async function startService(
  program: string,
  args: readonly string[],
  ready: RegExp,
): Promise<Service> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  await new Promise<void>((done, failed) => {
    const add = (bytes: Buffer) => {
      output += bytes.toString();
      if (ready.test(output)) done();
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.once('error', failed);
    child.once('close', () => failed(new Error(`${program} ended:\n${output}`)));
  });
  return {
    child,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}
