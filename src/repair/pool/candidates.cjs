'use strict';
// The process in which candidates run; see worker.cjs.

const fs = require('node:fs');
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { Coverage } = require('./coverage.cjs');
const { ModuleLoader } = require('./module-loader.cjs');
const { TestRegistry } = require('./test-registry.cjs');

/** Loop turns and calls of the edited file before a test counts as hanging. */
const FIRST_FUEL = 200_000_000;

exports.main = async function main(folder) {
  const file = (name) => path.join(folder, name);
  const config = JSON.parse(fs.readFileSync(file('config.json'), 'utf8'));
  config.root = fs.realpathSync(config.root);
  const write = (name, value) => {
    fs.writeFileSync(file(`${name}.part`), JSON.stringify(value));
    fs.renameSync(file(`${name}.part`), file(name));
  };
  process.on('unhandledRejection', () => {});
  process.on('uncaughtException', () => {});
  process.on('disconnect', () => exit(0));
  const exit = process.exit.bind(process);
  process.exit = process.abort = (code) => {
    throw new Error(`the program ended itself with code ${code ?? 0}`);
  };
  process.reallyExit = process.exit;
  const guard = { fuel: FIRST_FUEL, out: outOfFuel };
  globalThis.__patchwright = guard;
  const runner = new Runner(folder, config, guard);
  try {
    await runner.prepare();
    if (!fs.existsSync(file('ready.json'))) {
      write('ready.json', await runner.learn());
    }
  } catch (error) {
    write('failed.json', { error: String(error?.stack ?? error).slice(0, 4000) });
    exit(1);
  }
  process.on('message', async ({ batch, skip }) => {
    await runner.answer(batch, skip);
    process.send('done');
  });
  process.send('ready');
};

function outOfFuel() {
  throw new Error('patchwright: a loop does not end');
}

class Runner {
  constructor(folder, config, guard) {
    this.folder = folder;
    this.config = config;
    this.guard = guard;
    this.registry = new TestRegistry(config);
    this.loader = new ModuleLoader(folder, config, this.registry);
  }

  async prepare() {
    await this.registry.prepare(this.loader);
  }

  /** Runs every test of every file once, with the lines it ran. */
  async learn() {
    const coverage = new Coverage(this.config.root, this.loader);
    const tests = [];
    const until = performance.now() + this.config.learnSeconds * 1000;
    for (const name of this.config.files) {
      const loaded = await this.load(name);
      if (loaded.error) {
        tests.push({
          id: name,
          file: name,
          verdict: 'failed',
          seconds: 0,
          ...failureOf(loaded.error, this.config),
        });
        continue;
      }
      coverage.take();
      for (const test of loaded.tests) {
        if (performance.now() > until) break;
        const start = performance.now();
        this.guard.fuel = FIRST_FUEL;
        const outcome = await loaded.run(test, this.config.testSeconds * 1000);
        tests.push({
          id: `${name}::${test.titles.join(' > ')}`,
          file: name,
          verdict: outcome.skipped ? 'skipped' : outcome.error ? 'failed' : 'passed',
          seconds: (performance.now() - start) / 1000,
          fuel: FIRST_FUEL - this.guard.fuel,
          lines: coverage.take(),
          ...failureOf(outcome.error, this.config),
        });
      }
      await loaded.close();
    }
    coverage.stop();
    return { tests };
  }

  /** Loads one test file afresh and gives its tests and a way to run them. */
  async load(name) {
    this.registry.begin();
    try {
      this.loader.require(path.join(this.config.root, name));
      await this.registry.settle();
    } catch (error) {
      return { error: error ?? new Error('the file threw nothing') };
    }
    return this.registry.end(name);
  }

  async answer(number, skip) {
    const batch = JSON.parse(
      fs.readFileSync(path.join(this.folder, `batch-${number}.json`), 'utf8'),
    );
    const results = fs.openSync(path.join(this.folder, `results-${number}.jsonl`), 'a');
    for (const candidate of batch.candidates.slice(skip)) {
      const told = await this.judge(batch, candidate);
      fs.writeSync(results, `${JSON.stringify([candidate.id, ...told])}\n`);
    }
    fs.closeSync(results);
  }

  async judge(batch, candidate) {
    const base = this.baseOf(batch.base);
    const text = base.slice(0, candidate.start) + candidate.text + base.slice(candidate.end);
    const target = path.join(this.config.root, batch.path);
    const wrong = this.loader.replace(target, text);
    if (wrong) return ['invalid', 0, 0];
    const failing = await this.runTests(batch, batch.failing);
    if (!failing.all) return [failing.hung ? 'hang' : 'failed', failing.passed, 0];
    const passing = await this.runTests(batch, batch.passing);
    return [passing.all ? 'passed' : 'breaks', failing.passed, passing.all ? 0 : 1];
  }

  /** The module as it stands, ready to be compiled; candidates are told as a change of it. */
  baseOf(name) {
    this.bases ??= new Map();
    let base = this.bases.get(name);
    if (base === undefined) {
      base = fs.readFileSync(path.join(this.folder, name), 'utf8');
      this.bases.set(name, base);
    }
    return base;
  }

  /** Runs the given tests, a file at a time, up to the first failure. */
  async runTests(batch, ids) {
    const wanted = new Map();
    for (const id of ids) {
      const name = id.includes('::') ? id.slice(0, id.indexOf('::')) : id;
      if (!wanted.has(name)) wanted.set(name, new Set());
      wanted.get(name).add(id);
    }
    let passed = 0;
    for (const [name, names] of wanted) {
      this.loader.forget();
      this.guard.fuel = batch.fuel;
      const loaded = await this.load(name);
      if (loaded.error) return { all: false, passed, hung: this.guard.fuel < 0 };
      let seen = names.has(name) ? 1 : 0;
      for (const test of loaded.tests) {
        if (!names.has(`${name}::${test.titles.join(' > ')}`) && !names.has(name)) continue;
        seen += 1;
        this.guard.fuel = batch.fuel;
        const outcome = await loaded.run(test, batch.asyncMs);
        if (outcome.error || outcome.skipped) {
          await loaded.close();
          return { all: false, passed, hung: this.guard.fuel < 0 };
        }
        passed += 1;
      }
      await loaded.close();
      if (seen < names.size) return { all: false, passed, hung: false };
    }
    return { all: true, passed, hung: false };
  }
}

function failureOf(error, config) {
  if (!error) return {};
  const stack = String(error?.stack ?? '');
  const frames = [];
  for (const match of stack.matchAll(/\(?(?:file:\/\/)?(\/[^\s():]+):(\d+):\d+\)?/g)) {
    const inside = path.relative(config.root, match[1]);
    if (inside.startsWith('..') || inside.includes('node_modules')) continue;
    frames.unshift([inside, Number(match[2])]);
  }
  return { frames: frames.slice(-30), message: String(error?.message ?? error).slice(0, 2000) };
}
