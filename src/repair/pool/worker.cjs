'use strict';
// Runs candidate versions of JavaScript modules against tests that are loaded in this process.
//
// Started with a folder. `config.json` there says what to load; `ready.json` answers with the tests, their verdicts
// and the lines each of them ran. Every `batch-N.json` that appears is answered by `results-N.jsonl`, a line a
// candidate and a last line `end`. The file `stop` ends the worker.
//
// This process only watches. The candidates run in a child process; one that stops making progress or dies is
// replaced, and its candidate counts as hung or died.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const folder = process.argv[2];
const role = process.argv[3];

/** On a busy machine a process may wait so many times as long as it works. */
const MOST_WAITING = 8;

/** Milliseconds of processor time of a process so far; null where that is not told. */
function cpuOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

function mark(child) {
  child.since = Date.now();
  child.cpu = cpuOf(child.process.pid);
}

/** True when a process has worked for so many milliseconds without getting on, or has waited for much longer. */
function isStuck(child, limit) {
  const waited = Date.now() - child.since;
  if (waited <= limit) return false;
  const cpu = cpuOf(child.process.pid);
  if (cpu === null || child.cpu === null || waited > MOST_WAITING * limit) return true;
  return cpu - child.cpu > limit;
}

if (role === 'child') require('./candidates.cjs').main(folder);
else supervise();

function supervise() {
  const config = JSON.parse(fs.readFileSync(path.join(folder, 'config.json'), 'utf8'));
  const file = (name) => path.join(folder, name);
  let child = null;
  let batch = null;
  let number = 0;

  const start = () => {
    const memory = Math.max(128, Math.floor(config.memory / (1 << 20)));
    const flags = [`--max-old-space-size=${memory}`, '--no-warnings', __filename, folder, 'child'];
    const started = spawn(process.execPath, flags, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      detached: true,
    });
    const fresh = { process: started, ready: false, since: Date.now() };
    started.on('message', (message) => {
      fresh.since = Date.now();
      if (message === 'ready') fresh.ready = true;
      if (message === 'step') fresh.step = true;
      if (message === 'done') finish();
    });
    started.on('exit', () => {
      if (child !== fresh) return;
      child = null;
      if (batch?.sent) skip();
      else if (batch) batch.sent = false;
      else if (!fs.existsSync(file('ready.json'))) fail('the process that loads the tests ended');
    });
    started.on('error', () => {});
    child = fresh;
  };
  const kill = () => {
    const pid = child?.process.pid;
    child = null;
    if (!pid) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  const fail = (error) => {
    fs.writeFileSync(file('failed.part'), JSON.stringify({ error }));
    fs.renameSync(file('failed.part'), file('failed.json'));
    process.exit(1);
  };
  const read = (name) => {
    try {
      return fs.readFileSync(file(name), 'utf8');
    } catch {
      return '';
    }
  };
  /** A test does not come to its end: the next process puts guards into every file of the repository. */
  const guardAll = () => {
    if (config.guarded) fail('the tests take too long');
    config.guarded = true;
    fs.writeFileSync(file('config.json'), JSON.stringify(config));
  };
  const stepLimit = (one) =>
    one.step ? 3000 + config.testSeconds * 1000 : config.startSeconds * 1000;
  const answered = () => {
    return read(`results-${number}.jsonl`).split('\n').length - 1;
  };
  /** The candidate that was running is left out of the rest; what was not told yet is tried again. */
  const skip = () => {
    const running = read(`progress-${number}`).trim().split('\n').at(-1);
    batch.skip = answered();
    if (running) batch.excluded.push(Number(running));
    else batch.excluded.push(batch.ids[batch.skip]);
    batch.sent = false;
    try {
      fs.unlinkSync(file(`progress-${number}`));
    } catch {
      // The process ended before its first candidate.
    }
  };
  const finish = () => {
    if (!batch) return;
    fs.appendFileSync(file(`results-${number}.jsonl`), 'end\n');
    fs.unlinkSync(file(`batch-${number}.json`));
    batch = null;
    number += 1;
  };
  const sizeOf = () => {
    try {
      return fs.statSync(file(`progress-${number}`)).size;
    } catch {
      return 0;
    }
  };

  let lastSize = 0;
  const parent = process.ppid;
  const tick = () => {
    if (fs.existsSync(file('stop')) || process.ppid !== parent) {
      kill();
      process.exit(0);
    }
    if (!child) start();
    if (!batch && fs.existsSync(file(`batch-${number}.json`))) {
      const got = JSON.parse(read(`batch-${number}.json`));
      const ids = got.candidates.map((candidate) => candidate.id);
      batch = { ids, skip: 0, sent: false, excluded: [], limit: got.wallSeconds * 1000 };
      fs.writeFileSync(file(`results-${number}.jsonl`), '');
    }
    if (batch && batch.skip >= batch.ids.length) finish();
    else if (batch && child?.ready && !batch.sent) {
      batch.sent = true;
      lastSize = sizeOf();
      mark(child);
      child.process.send({ batch: number, skip: batch.skip, excluded: batch.excluded });
    }
    if (batch?.sent && child) {
      const size = sizeOf();
      if (size !== lastSize) mark(child);
      lastSize = size;
      if (isStuck(child, batch.limit)) {
        kill();
        skip();
      }
    } else if (child && !child.ready && Date.now() - child.since > stepLimit(child)) {
      kill();
      if (!fs.existsSync(file('ready.json'))) guardAll();
    }
    setTimeout(tick, 5);
  };
  tick();
}
