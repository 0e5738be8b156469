// Required by every Node process of a test command through NODE_OPTIONS: adds to a test runner's own arguments what
// makes it write its machine-readable report, and changes nothing in any other process.
const { realpathSync } = require('node:fs');

const reports = process.env.PATCHWRIGHT_REPORTS;
const script = process.argv[1];
if (reports && script) addReport(script);

function addReport(path) {
  const runner = /[/\\]node_modules[/\\]([^/\\]+)[/\\](?:bin[/\\])?[^/\\]+$/.exec(real(path))?.[1];
  const args = process.argv.slice(2);
  if (runner === 'mocha') {
    process.argv.push('--reporter', require.resolve('./patchwright-mocha.cjs'));
  } else if (runner === 'jest' || runner === 'jest-cli') {
    if (!args.some((arg) => /^--(json|outputFile)/.test(arg))) {
      process.argv.push('--json', `--outputFile=${reports}/jest.json`);
    }
  } else if (runner === 'vitest') {
    if (args.some((arg) => arg.startsWith('--outputFile'))) return;
    if (!args.some((arg) => arg.startsWith('--reporter'))) process.argv.push('--reporter=default');
    process.argv.push('--reporter=json', `--outputFile.json=${reports}/vitest.json`);
  } else return;
  // The runner's own children get their arguments from it.
  delete process.env.PATCHWRIGHT_REPORTS;
}

function real(path) {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
