import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/** Version of this package, from its package.json. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return String(version);
}

/** What a trajectory's header says of the programs involved. */
export function versions(): Record<string, string> {
  return {
    patchwright: ownVersion(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  };
}
