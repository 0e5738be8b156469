// A reporter of mocha: one JSON object a line into a file, beside what mocha's own `spec` reporter prints.
const { dirname } = require('node:path');
const { openSync, writeSync } = require('node:fs');
const { takeReports } = require('./patchwright-preload.cjs');

const mocha = require(
  require.resolve('mocha', { paths: [process.cwd(), dirname(process.argv[1] ?? '.')] }),
);
const reports = takeReports();

module.exports = class PatchwrightReporter extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    if (!reports) return;
    const file = openSync(`${reports}/mocha-${process.pid}.jsonl`, 'w');
    const write = (record) => writeSync(file, `${JSON.stringify(record)}\n`);
    const place = (test) => ({ file: fileOf(test), names: test.titlePath() });
    runner.on('test', (test) => write({ t: 'start', ...place(test) }));
    runner.on('pass', (test) => write({ t: 'case', ...place(test), verdict: 'passed' }));
    runner.on('pending', (test) => write({ t: 'case', ...place(test), verdict: 'skipped' }));
    runner.on('fail', (test, error) => {
      const verdict = test.type === 'hook' ? 'error' : 'failed';
      const message = error?.message ?? String(error);
      write({ t: 'case', ...place(test), verdict, message, stack: error?.stack ?? message });
    });
    runner.on('end', () => write({ t: 'end' }));
  }
};

function fileOf(test) {
  for (let part = test; part; part = part.parent) if (part.file) return part.file;
  return null;
}
