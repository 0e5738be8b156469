import { pattern } from '../parsers/python-text.ts';
import { normalizeLineEnds } from './markers.ts';

/**
 * `environment` cannot come from a patch to the sources; `ambiguous` may come from a broken environment or from a
 * bad patch. Both are labels only: the score never changes by them.
 */
export interface InfrastructureFailure {
  readonly reason: string;
  readonly tier: 'environment' | 'ambiguous';
}

interface Signature extends InfrastructureFailure {
  /** Any of these shows it. */
  readonly words: readonly string[];
  readonly line?: RegExp;
}

const SIGNATURES: readonly Signature[] = [
  {
    reason: 'browser_launch_failed',
    tier: 'environment',
    words: ['Failed to launch', 'Failed to connect to the bus'],
  },
  {
    reason: 'display_unavailable',
    tier: 'environment',
    words: ['cannot open display', 'Missing X server', 'unable to open X display'],
  },
  {
    reason: 'out_of_memory',
    tier: 'environment',
    words: ['Cannot allocate memory', 'OutOfMemoryError'],
    line: pattern('^Killed$', 'm'),
  },
  {
    reason: 'container_unavailable',
    tier: 'environment',
    words: ['Error response from daemon', 'Cannot connect to the Docker daemon'],
  },
  {
    reason: 'network_unreachable',
    tier: 'environment',
    words: ['Could not resolve host', 'Temporary failure in name resolution'],
  },
  {
    reason: 'missing_module',
    tier: 'ambiguous',
    words: ['Cannot find module', 'MODULE_NOT_FOUND', 'ModuleNotFoundError'],
  },
  {
    reason: 'no_tests_collected',
    tier: 'ambiguous',
    words: ['no tests ran', 'collected 0 items'],
  },
  {
    reason: 'tests_timed_out',
    tier: 'ambiguous',
    words: [],
    line: pattern('Timeout error: \\d+ seconds exceeded'),
  },
];

/** The first signature that any of the logs shows, in the order of the official list. */
export function classifyFailure(...logs: readonly string[]): InfrastructureFailure | undefined {
  const text = logs.map(normalizeLineEnds).join('\n');
  const found = SIGNATURES.find(
    ({ words, line }) => words.some((word) => text.includes(word)) || line?.test(text),
  );
  return found && { reason: found.reason, tier: found.tier };
}
