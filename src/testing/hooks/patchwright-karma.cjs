// A configuration of karma around the project's own: one run, and a reporter that writes one JSON object a line.
const { openSync, writeSync } = require('node:fs');
const { dirname, resolve } = require('node:path');
const { takeReports } = require('./patchwright-preload.cjs');

const path = process.env.PATCHWRIGHT_KARMA_CONFIG;
const reports = takeReports();

module.exports = (config) => {
  const own = require(path);
  const configure = own.default ?? own;
  const done = configure(config);
  const wrap = () => {
    const base = resolve(dirname(path), config.basePath ?? '');
    const client = { ...config.client };
    const grep = process.env.PATCHWRIGHT_KARMA_GREP;
    if (grep) client.args = [...(client.args ?? []), '--grep', grep];
    config.set({
      basePath: base,
      client,
      singleRun: true,
      autoWatch: false,
      plugins: [...(config.plugins ?? ['karma-*']), { 'reporter:patchwright': ['type', Reporter] }],
      reporters: [...(config.reporters ?? []), 'patchwright'],
    });
  };
  return typeof done?.then === 'function' ? done.then(wrap) : wrap();
};

function Reporter(baseReporterDecorator, basePath) {
  baseReporterDecorator(this);
  const clean = (text) =>
    text.replace(/(?:https?:\/\/[^\s/]+\/)?\bbase\/([^\s?:()]+)(?:\?\w+)?/g, `${basePath}/$1`);
  const file = openSync(`${reports}/karma-${process.pid}.jsonl`, 'w');
  const write = (record) => writeSync(file, `${JSON.stringify(record)}\n`);
  this.onSpecComplete = (_browser, result) => {
    const names = [...result.suite, result.description];
    const verdict = result.skipped ? 'skipped' : result.success ? 'passed' : 'failed';
    const stack = clean((result.log ?? []).join('\n'));
    write({
      t: 'case',
      names,
      verdict,
      ...(verdict === 'failed' ? { message: stack, stack } : {}),
    });
  };
  this.onBrowserError = (_browser, error) => {
    const stack = clean(String(error?.message ?? error));
    write({ t: 'case', names: ['karma'], verdict: 'error', message: stack, stack });
  };
  this.onRunComplete = (_browsers, results) => {
    if (!results.disconnected && results.exitCode !== undefined) write({ t: 'end' });
  };
}
Reporter.$inject = ['baseReporterDecorator', 'config.basePath'];
