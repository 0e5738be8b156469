import { LogFormatError, type LogParser, lineCounter } from './parser.ts';
import { after, before, beforeLast, indentation, pattern, strip, words } from './python-text.ts';
import { ERROR, FAILED, PASSED, SKIPPED } from './status.ts';

const VERSION_TEST = '--version is equivalent to version';
const PASS_SUFFIXES = [' ... ok', ' ... OK', ' ...  OK'];
/** A migration's message on the line of the test that ran it (django-7188). */
const MIGRATION = 'Applying sites.0002_alter_domain_unique...test_no_migrations';

/** Messages of several lines that come between a test's name and its `ok`; `needle` is in each such log. */
const INTERRUPTED = [
  {
    needle: 'Testing against Django installed in ',
    lines: pattern(
      '^(.*?)\\s\\.\\.\\.\\sTesting against Django installed in (\\p{Any}*?) silenced\\)\\.\\nok$',
      'gm',
    ),
  },
  {
    needle: 'Internal Server Error: /',
    lines: pattern('^(.*?)\\s\\.\\.\\.\\sInternal Server Error: \\/(.*)\\/\\nok$', 'gm'),
  },
  {
    needle: 'System check identified no issues (0 silenced)\nok',
    lines: pattern(
      '^(.*?)\\s\\.\\.\\.\\sSystem check identified no issues \\(0 silenced\\)\\nok$',
      'gm',
    ),
  },
];

/** Django's own runner, `test (module) ... ok`. */
export const parseDjango: LogParser = (log, record) => {
  let previous: string | undefined;
  log.split('\n').forEach((raw, at) => {
    let line = strip(raw);
    if (line.includes(VERSION_TEST)) record(VERSION_TEST, PASSED, at);
    const hasDots = line.includes(' ... ');
    if (hasDots) previous = before(line, ' ... ');
    const suffix = PASS_SUFFIXES.find((candidate) => line.endsWith(candidate));
    if (suffix !== undefined) {
      if (line.startsWith(MIGRATION)) line = strip(after(line, '...'));
      record(beforeLast(line, suffix), PASSED, at);
    }
    if (hasDots) {
      if (line.includes(' ... skipped')) record(before(line, ' ... skipped'), SKIPPED, at);
      if (line.endsWith(' ... FAIL')) record(before(line, ' ... FAIL'), FAILED, at);
    }
    if (line.startsWith('FAIL:')) record(secondWord(line), FAILED, at);
    if (hasDots && line.endsWith(' ... ERROR')) record(before(line, ' ... ERROR'), ERROR, at);
    if (line.startsWith('ERROR:')) record(secondWord(line), ERROR, at);
    if (previous !== undefined && line.startsWith('ok', indentation(line))) {
      record(previous, PASSED, at);
    }
  });
  for (const { needle, lines } of INTERRUPTED) {
    if (!log.includes(needle)) continue;
    const lineAt = lineCounter(log);
    for (const match of log.matchAll(lines)) {
      record(match[1] ?? '', PASSED, lineAt(match.index));
    }
  }
};

function secondWord(line: string): string {
  const [, word] = words(line, 2);
  if (word === undefined)
    throw new LogFormatError(`no test is named after ${JSON.stringify(line)}`);
  return word;
}
