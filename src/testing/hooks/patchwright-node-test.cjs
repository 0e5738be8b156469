// A reporter of node:test: one JSON object a line into a file of its own, with the whole path of each test in its
// name. It prints nothing.
const { openSync, writeSync } = require('node:fs');
const { takeReports } = require('./patchwright-preload.cjs');

/** @param {any} error of node:test, which wraps the real one */
function failure(error) {
  const cause = error?.cause;
  const real = cause instanceof Error || (cause && typeof cause === 'object') ? cause : error;
  const message = typeof cause === 'string' ? cause : String(real?.message ?? real);
  return { message, stack: typeof real?.stack === 'string' ? real.stack : message };
}

const reports = takeReports();

module.exports = async function* report(source) {
  const file = reports ? openSync(`${reports}/node-test-${process.pid}.jsonl`, 'w') : undefined;
  const write = (record) => {
    if (file !== undefined) writeSync(file, `${JSON.stringify(record)}\n`);
  };
  /** Names of the open tests by file. */
  const open = new Map();
  const parents = new Set();
  const stderr = new Map();
  for await (const { type, data } of source) {
    if (type === 'test:stderr' && data.file) {
      stderr.set(data.file, ((stderr.get(data.file) ?? '') + data.message).slice(-8000));
    }
    if (type === 'test:start') {
      const names = (open.get(data.file) ?? []).slice(0, data.nesting);
      if (names.length > 0) parents.add(key(data.file, names));
      names.push(data.name);
      open.set(data.file, names);
      write({ t: 'start', file: data.file, names });
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const names = (open.get(data.file) ?? []).slice(0, data.nesting);
    names.push(data.name);
    const isParent = parents.delete(key(data.file, names));
    const error = data.details?.error;
    if (isParent && (type === 'test:pass' || error?.failureType === 'subtestsFailed')) continue;
    if (data.details?.type === 'suite' && type === 'test:pass') continue;
    const skipped = data.skip !== undefined && data.skip !== false;
    const todo = data.todo !== undefined && data.todo !== false;
    const record = { t: 'case', file: data.file, names };
    if (skipped || todo) write({ ...record, verdict: 'skipped' });
    else if (type === 'test:pass') write({ ...record, verdict: 'passed' });
    else {
      const isFile = data.nesting === 0 && data.file?.endsWith(data.name);
      const kind =
        isParent || isFile || error?.failureType !== 'testCodeFailure' ? 'error' : 'failed';
      const told = failure(error);
      if (isFile && stderr.has(data.file)) told.stack = stderr.get(data.file);
      write({ ...record, verdict: kind, ...told });
    }
  }
  write({ t: 'end' });
};

function key(file, names) {
  return JSON.stringify([file, ...names]);
}
