/** The words of the official status map. */
export const PASSED = 'PASSED';
export const FAILED = 'FAILED';
export const SKIPPED = 'SKIPPED';
export const ERROR = 'ERROR';
export const XFAIL = 'XFAIL';

export const STATUSES: readonly string[] = [FAILED, PASSED, SKIPPED, ERROR, XFAIL];
