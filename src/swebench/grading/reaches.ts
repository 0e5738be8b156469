import { TEST_PATH } from './test-path.ts';

/** What code needs to reach the program that runs the tests: its modules and reports, its output, its end. */
const REACHING = [
  ...[/\b_?py\.?test\b/, /\bpytest\w+/, /\bunittest\.(runner|result|case|main|TestCase\.run)\b/],
  ...[/\bTest(Result|Runner|Report|Reporter)\b/, /\b(PASSED|FAILED)\b/, />>>>>/, /\baddopts\b/],
  ...[
    /\b_exit\b/,
    /\bsys\.exit\b/,
    /\batexit\b/,
    /\bos\.kill\b/,
    /\bSIG(KILL|TERM)\b/,
    /\bexcepthook\b/,
  ],
  ...[
    /\bsys\.(modules|meta_path|path_hooks|settrace|setprofile)\b/,
    /\b(__import__|import_module)\(\s*\w?['"]/,
  ],
  ...[
    /(?<![.\w])(exec|eval)\(/,
    /\bmarshal\b/,
    /\bb(16|32|64|85)decode\b/,
    /\bctypes\b/,
    /\bgc\.get_/,
  ],
  ...[
    /\b__?std(out|err)__?\b/,
    /\bsys\.stdout\b/,
    /\bos\.write\b/,
    /\bwrite\(1\b/,
    /\/dev\/(stdout|fd)/,
  ],
  ...[/\bprocess\.(exit|reallyExit|kill|abort|stdout|stderr|on\b)/, /\bfs\.writeSync\(1\b/],
  ...[/\b(jest|mocha|jasmine|karma|vitest)\b/i, /"(pre|post)?test[\w:.-]*"\s*:/],
];

/**
 * Where a patch reaches for what runs the tests, or could hide that it does, as `path: word`. Nothing is proven by it;
 * but what such code makes a runner print cannot be told from the truth by reading a log. Tests are left out: they are
 * replaced or put back.
 */
export function reachesRunner(patch: string): { readonly path: string; readonly word: string }[] {
  const lines = patch.split('\n');
  let path = '';
  return lines.flatMap((line, at) => {
    if (line.startsWith('+++ ') && lines[at - 1]?.startsWith('--- ')) {
      path = line
        .slice(4)
        .replace(/^"?[^/]*\//, '')
        .trim();
      return [];
    }
    if (!line.startsWith('+') || TEST_PATH.test(path)) return [];
    for (const form of REACHING) {
      const [word] = form.exec(line) ?? [];
      if (word !== undefined) return [{ path, word }];
    }
    return [];
  });
}
