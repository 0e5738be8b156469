import { execFileSync } from 'node:child_process';
import { onCleanup } from '../workspace/support.ts';

export { TEST_IMAGE } from './image.ts';

/** Runs docker. @returns its standard output, without the last newline */
export function docker(...args: string[]): string {
  return execFileSync('docker', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
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
  docker('run', '--name', container, '--network', 'none', from, 'bash', '-euc', script);
  docker('commit', ...changes.flatMap((change) => ['--change', change]), container, name);
  docker('rm', '--force', container);
  onCleanup(() => docker('rmi', '--force', name));
  return name;
}
