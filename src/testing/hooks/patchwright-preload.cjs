// Required by every Node process of a test command through NODE_OPTIONS: adds to a test runner's own arguments what
// makes it write its machine-readable report, and changes nothing in any other process.
const { existsSync, realpathSync } = require('node:fs');
const { resolve } = require('node:path');

const KEPT = Symbol.for('patchwright.reports');

/**
 * The folder for reports, for the first process that asks. Processes that it starts are not to report: what a test
 * runs is no test.
 */
function takeReports() {
  const reports = process.env.PATCHWRIGHT_REPORTS ?? process[KEPT];
  process[KEPT] = reports;
  delete process.env.PATCHWRIGHT_REPORTS;
  const own = process.env.PATCHWRIGHT_NODE_OPTIONS;
  const options = process.env.NODE_OPTIONS;
  if (own && options?.includes(own)) process.env.NODE_OPTIONS = options.replace(own, '').trim();
  return reports;
}
module.exports = { takeReports };

const script = process.argv[1];
const isPreloaded = (process.env.NODE_OPTIONS ?? '').includes('patchwright-preload');
if (isPreloaded && process.env.PATCHWRIGHT_REPORTS) {
  if (process.execArgv.includes('--test') || process.env.NODE_TEST_CONTEXT) takeReports();
  else if (script) addReport(script);
}

function addReport(path) {
  const parts = /[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)[/\\](?:.*[/\\])?([^/\\]+)$/.exec(
    real(path),
  );
  const runner = parts?.[1];
  const file = (parts?.[2] ?? '').replace(/\.[cm]?js$/, '');
  const args = process.argv.slice(2);
  const has = (start) => args.some((arg) => arg.startsWith(start));
  const report = (name) => `${takeReports()}/${name}-${process.pid}`;
  if (runner === 'mocha' && ['mocha', '_mocha'].includes(file)) {
    process.argv.push('--reporter', require.resolve('./patchwright-mocha.cjs'));
  } else if ((runner === 'jest' || runner === 'jest-cli') && file === 'jest') {
    if (has('--json') || has('--outputFile')) return;
    process.argv.push('--json', `--outputFile=${report('jest')}.json`);
  } else if (runner === 'vitest' && file === 'vitest') {
    if (has('--outputFile')) return;
    if (!has('--reporter')) process.argv.push('--reporter=default');
    process.argv.push('--reporter=json', `--outputFile.json=${report('vitest')}.json`);
  } else if (runner === 'ava') {
    if (!has('--tap') && !has('-t')) process.argv.push('--tap');
  } else if (runner === 'tap' || runner === '@tapjs/run') {
    if (!has('--reporter') && !has('-R')) process.argv.push('--reporter=tap');
  } else if (runner === 'karma' && args.includes('start')) {
    wrapKarma(args);
  }
}

function wrapKarma(args) {
  const at = args.indexOf('start') + 1;
  const isNamed = args[at] !== undefined && !args[at].startsWith('-');
  const found = ['karma.conf.js', 'karma.conf.cjs', '.config/karma.conf.js'].find(existsSync);
  const config = isNamed ? args[at] : found;
  if (config === undefined) return;
  process.env.PATCHWRIGHT_KARMA_CONFIG = resolve(config);
  process.argv.splice(at + 2, isNamed ? 1 : 0, require.resolve('./patchwright-karma.cjs'));
}

function real(path) {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
