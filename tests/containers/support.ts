import { execFileSync } from 'node:child_process';
import { onCleanup, testEngine } from '../workspace/support.ts';

export { TEST_IMAGE } from './image.ts';

/** Runs the engine's client. @returns its standard output, without the last newline */
export function docker(...args: string[]): string {
  return execFileSync(testEngine().name, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}

/** Variables by which a client reaches the engine. */
export function engineEnvironment(): Record<string, string> {
  const names = ['DOCKER_HOST', 'CONTAINERS_CONF'];
  const set = names.map((name) => [name, process.env[name] ?? ''] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== ''));
}

/** Names of all containers with a label of a run. */
export function containersOf(run: string): string[] {
  const filter = ['--filter', `label=patchwright.run=${run}`];
  return docker('ps', '--all', ...filter, '--format', '{{.Names}}')
    .split('\n')
    .filter(Boolean);
}

let made = 0;

/** A name of a run that nobody else has. */
export function newRun(): string {
  made += 1;
  return `test-${process.pid}-${made}-${Date.now()}`;
}

/** An image of the test image and what a script leaves in it; it goes after the test. */
export function imageOf(from: string, script: string, ...changes: string[]): string {
  const name = `patchwright-test-${newRun()}`;
  const container = `${name}-maker`;
  try {
    docker('run', '--name', container, '--network', 'none', from, 'bash', '-euc', script);
    docker('commit', ...changes.flatMap((change) => ['--change', change]), container, name);
  } finally {
    docker('rm', '--force', container);
  }
  onCleanup(() => docker('rmi', '--force', name));
  return name;
}
