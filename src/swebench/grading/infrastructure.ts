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

const SIGNATURES: readonly (InfrastructureFailure & { readonly signature: RegExp })[] = [
  {
    reason: 'browser_launch_failed',
    tier: 'environment',
    signature: pattern('Failed to launch|Failed to connect to the bus'),
  },
  {
    reason: 'display_unavailable',
    tier: 'environment',
    signature: pattern('cannot open display|Missing X server|unable to open X display'),
  },
  {
    reason: 'out_of_memory',
    tier: 'environment',
    signature: pattern('Cannot allocate memory|OutOfMemoryError|^Killed$', 'm'),
  },
  {
    reason: 'container_unavailable',
    tier: 'environment',
    signature: pattern('Error response from daemon|Cannot connect to the Docker daemon'),
  },
  {
    reason: 'network_unreachable',
    tier: 'environment',
    signature: pattern('Could not resolve host|Temporary failure in name resolution'),
  },
  {
    reason: 'missing_module',
    tier: 'ambiguous',
    signature: pattern('Cannot find module|MODULE_NOT_FOUND|ModuleNotFoundError'),
  },
  {
    reason: 'no_tests_collected',
    tier: 'ambiguous',
    signature: pattern('no tests ran|collected 0 items'),
  },
  {
    reason: 'tests_timed_out',
    tier: 'ambiguous',
    signature: pattern('Timeout error: \\d+ seconds exceeded'),
  },
];

/** The first signature that any of the logs shows, in the order of the official list. */
export function classifyFailure(...logs: readonly string[]): InfrastructureFailure | undefined {
  const text = logs.map(normalizeLineEnds).join('\n');
  const found = SIGNATURES.find(({ signature }) => signature.test(text));
  return found && { reason: found.reason, tier: found.tier };
}
