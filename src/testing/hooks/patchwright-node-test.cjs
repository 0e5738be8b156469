// A reporter of node:test: one JSON object a line, with the whole path of each test in its name.

/** @param {any} error of node:test, which wraps the real one */
function failure(error) {
  const cause = error?.cause;
  const real = cause instanceof Error || (cause && typeof cause === 'object') ? cause : error;
  const message = typeof cause === 'string' ? cause : String(real?.message ?? real);
  return { message, stack: typeof real?.stack === 'string' ? real.stack : message };
}

module.exports = async function* report(source) {
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
      yield line({ t: 'start', file: data.file, names });
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
    if (skipped || todo) yield line({ ...record, verdict: 'skipped' });
    else if (type === 'test:pass') yield line({ ...record, verdict: 'passed' });
    else {
      const isFile = data.nesting === 0 && data.file?.endsWith(data.name);
      const kind =
        isParent || isFile || error?.failureType !== 'testCodeFailure' ? 'error' : 'failed';
      const told = failure(error);
      if (isFile && stderr.has(data.file)) told.stack = stderr.get(data.file);
      yield line({ ...record, verdict: kind, ...told });
    }
  }
  yield line({ t: 'end' });
};

function key(file, names) {
  return JSON.stringify([file, ...names]);
}

function line(record) {
  return `${JSON.stringify(record)}\n`;
}
