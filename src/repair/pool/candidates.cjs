'use strict';
// The process in which candidates run; see worker.cjs.

const fs = require('node:fs');
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { Coverage } = require('./coverage.cjs');
const { Guard } = require('./guard.cjs');
const { behaviour, Recorder, varied } = require('./inputs.cjs');
const { ModuleLoader } = require('./module-loader.cjs');
const { byFile, failureOf, filesOf, idOf } = require('./test-ids.cjs');
const { TestRegistry } = require('./test-registry.cjs');

/** Candidates between two looks at whether the tests still behave as before. */
const CHUNK = 30;
/** Failing and passing tests that are run for that. */
const LOOKED_AT = 3;
/** Loop turns and calls of a test that may not end, while the tests are learned. */
const GUARDED_FUEL = 500_000;
const LEAST_FUEL = 30_000;
const ENDLESS_FUEL = 6_000;
const MOST_FUEL = 20_000_000;

exports.main = async function main(folder) {
  const file = (name) => path.join(folder, name);
  const config = JSON.parse(fs.readFileSync(file('config.json'), 'utf8'));
  config.root = fs.realpathSync(config.root);
  const write = (name, value) => {
    fs.writeFileSync(file(`${name}.part`), JSON.stringify(value));
    fs.renameSync(file(`${name}.part`), file(name));
  };
  const guard = new Guard();
  globalThis.__patchwright = guard;
  const exit = guard.takeProcess();
  const runner = new Runner(folder, config, guard);
  try {
    await runner.prepare();
    if (fs.existsSync(file('ready.json'))) {
      runner.know(JSON.parse(fs.readFileSync(file('ready.json'), 'utf8')));
    } else write('ready.json', await runner.learn());
  } catch (error) {
    write('failed.json', { error: String(error?.stack ?? error).slice(0, 4000) });
    exit(1);
  }
  process.on('disconnect', () => exit(0));
  process.on('message', async ({ batch, skip, excluded }) => {
    // A rejection that nobody sees would leave the batch without an end; another process takes up the rest.
    await runner.answer(batch, skip, new Set(excluded)).catch(() => exit(1));
    process.send('done');
  });
  process.send('ready');
};

class Runner {
  constructor(folder, config, guard) {
    this.folder = folder;
    this.config = config;
    this.guard = guard;
    this.registry = new TestRegistry(config);
    this.loader = new ModuleLoader(folder, config, this.registry);
    this.bases = new Map();
    /** Loop turns and calls that a test of a candidate may take, by base. */
    this.fuel = new Map();
    /** Tests that are left out, by base. */
    this.unstable = new Map();
    /** Failing tests that fail each time, but not in the same assertions: random inputs, for instance. */
    this.wavering = new Set();
    /** Test files loaded with the module of the batch as it stands. */
    this.loaded = new Map();
    this.current = null;
  }

  async prepare() {
    await this.registry.prepare(this.loader);
  }

  know(learned) {
    this.loader.soft = learned.soft;
    this.before = new Map(learned.tests.map((test) => [test.id, new Map(test.checks ?? [])]));
  }

  /** Runs every test of every file: with the lines it ran, and again with assertions that go on. */
  async learn() {
    const until = performance.now() + this.config.learnSeconds * 1000;
    const coverage = new Coverage(this.config.root, this.loader);
    const load = {};
    const tests = await this.runAll(until, coverage, load);
    coverage.stop();
    this.loader.clear();
    this.loader.soft = true;
    const again = await this.runAll(until, null, {});
    const verdicts = new Map(again.map((test) => [test.id, test]));
    const soft = tests.every((test) => verdicts.get(test.id)?.verdict === test.verdict);
    this.loader.clear();
    const learned = {
      tests: tests.map((test) => ({
        ...test,
        // Assertions that go on take the longer way.
        seconds: Math.max(test.seconds, soft ? (verdicts.get(test.id)?.seconds ?? 0) : 0),
        checks: soft ? (verdicts.get(test.id)?.checks ?? []) : [],
      })),
      load,
      soft,
    };
    this.know(learned);
    return learned;
  }

  async runAll(until, coverage, load) {
    const tests = [];
    for (const name of this.config.files) {
      const loaded = await this.load(name);
      if (loaded.error) {
        const failure = failureOf(loaded.error, this.config);
        tests.push({ id: name, file: name, verdict: 'failed', seconds: 0, ...failure });
        continue;
      }
      for (const [file, lines] of Object.entries(coverage?.take() ?? {})) {
        load[file] = [...new Set([...(load[file] ?? []), ...lines])];
      }
      for (const test of loaded.tests) {
        if (performance.now() > until) break;
        process.send('step');
        const start = performance.now();
        this.guard.begin(this.config.guarded ? GUARDED_FUEL : Infinity);
        const isOut = () => this.guard.fuel < 0;
        const outcome = await loaded.run(test, this.config.testSeconds * 1000);
        const failed = outcome.error || this.guard.broken > 0;
        tests.push({
          id: idOf(name, test),
          file: name,
          verdict: outcome.skipped ? 'skipped' : isOut() ? 'hang' : failed ? 'failed' : 'passed',
          seconds: (performance.now() - start) / 1000,
          lines: coverage?.take() ?? {},
          checks: [...this.guard.checks],
          ...failureOf(outcome.error, this.config),
        });
      }
      await loaded.close();
    }
    return tests;
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

  async answer(number, skip, excluded) {
    const batch = JSON.parse(
      fs.readFileSync(path.join(this.folder, `batch-${number}.json`), 'utf8'),
    );
    const results = fs.openSync(path.join(this.folder, `results-${number}.jsonl`), 'a');
    const progress = fs.openSync(path.join(this.folder, `progress-${number}`), 'w');
    Error.stackTraceLimit = 0;
    const left = batch.candidates.slice(skip);
    if (batch.behave) {
      for (const candidate of left) {
        fs.writeSync(progress, `${candidate.id}\n`);
        const vector = excluded.has(candidate.id) ? [] : await this.behave(batch, candidate);
        fs.writeSync(results, `${JSON.stringify([candidate.id, 'behaved', 0, 0, vector])}\n`);
      }
      return;
    }
    for (let at = 0; at < left.length; at += CHUNK) {
      const chunk = left.slice(at, at + CHUNK);
      const told = await this.chunk(batch, chunk, excluded, progress);
      const lines = chunk.map(({ id }, index) => `${JSON.stringify([id, ...told[index]])}\n`);
      fs.writeSync(results, lines.join(''));
    }
    fs.closeSync(results);
    fs.closeSync(progress);
  }

  /** A chunk that leaves the program in another state is tried again, each candidate in a program loaded afresh. */
  async chunk(batch, candidates, excluded, progress) {
    const told = [];
    let swapped = false;
    for (const candidate of candidates) {
      fs.writeSync(progress, `${candidate.id}\n`);
      if (excluded.has(candidate.id)) told.push(['hang', 0, 0]);
      else if (candidate.key !== undefined) {
        swapped = true;
        told.push(await this.judgeSwapped(batch, candidate));
      } else told.push(await this.judgeLoaded(batch, candidate));
    }
    if (!swapped || (await this.isUnchanged(batch))) return told;
    for (const [index, candidate] of candidates.entries()) {
      if (candidate.key === undefined || excluded.has(candidate.id)) continue;
      fs.writeSync(progress, `${candidate.id}\n`);
      this.current = null;
      this.loader.clear();
      told[index] = await this.judgeSwapped(batch, candidate);
    }
    this.current = null;
    this.loader.clear();
    return told;
  }

  /** The module as it stands, with guards and hooks; candidates are told as a change of it. */
  baseOf(name) {
    let base = this.bases.get(name);
    if (base === undefined) {
      base = fs.readFileSync(path.join(this.folder, name), 'utf8');
      this.bases.set(name, base);
    }
    return base;
  }

  /** Loads the tests with the unchanged, hooked module. */
  async useBase(batch) {
    if (this.current === batch.base) return;
    this.loader.forget();
    this.loader.replace(path.join(this.config.root, batch.path), this.baseOf(batch.base));
    this.loader.forget();
    this.loaded.clear();
    for (const name of filesOf([...batch.failing, ...batch.passing])) {
      this.guard.begin(GUARDED_FUEL);
      this.loaded.set(name, await this.load(name));
    }
    if (!this.fuel.has(batch.base)) await this.measure(batch);
    this.current = batch.base;
  }

  /** How much fuel the tests use with the module as it stands; a candidate gets several times as much. */
  async measure(batch) {
    let most = 0;
    for (const [name, wanted] of byFile([...batch.failing, ...batch.passing])) {
      const fresh = this.loaded.get(name)?.again?.();
      for (const test of fresh?.tests ?? []) {
        if (!wanted.has(idOf(name, test))) continue;
        // What does not end with the module as it stands tells nothing of what it takes.
        if (batch.endless.includes(idOf(name, test))) continue;
        this.guard.begin(MOST_FUEL);
        await fresh.run(test, batch.asyncMs);
        if (this.guard.fuel >= 0) most = Math.max(most, this.guard.used);
      }
    }
    // Where nothing ends there is nothing to go by, and most candidates hang: they get little at first.
    const least = batch.endless.length > 0 && most === 0 ? ENDLESS_FUEL : LEAST_FUEL;
    this.fuel.set(batch.base, least + 10 * most);
    await this.findUnstable(batch);
  }

  /**
   * A test that ends otherwise when it is run once more, with the module as it stands, tells nothing of a candidate
   * here; the project's own command looks at it in the end.
   */
  async findUnstable(batch) {
    const unstable = new Set();
    const ending = batch.failing.filter((id) => !batch.endless.includes(id));
    for (const id of ending) {
      if (await this.failsAsBefore(batch, id)) continue;
      const again = await this.runLoaded(batch, [id], true);
      if (again.all) unstable.add(id);
      else this.wavering.add(id);
    }
    // Without any failing test there is nothing to go by.
    if (unstable.size === batch.failing.length) unstable.clear();
    for (const id of batch.passing) {
      if (!(await this.runLoaded(batch, [id], true)).all) unstable.add(id);
    }
    this.unstable.set(batch.base, unstable);
  }

  async failsAsBefore(batch, id) {
    const told = await this.runLoaded(batch, [id], true);
    if (this.wavering.has(id)) return !told.all;
    return !told.all && told.improved === 0 && told.broken === 0;
  }

  /** What a candidate gives back for the calls that the tests make and for calls like them. */
  async behave(batch, candidate) {
    await this.useBase(batch);
    const inputs = await this.inputsOf(batch, candidate);
    const { guard } = this;
    if (!inputs.evaluate) return [];
    const { key, code } = candidate;
    const made = inputs.evaluate(code);
    const call = function (...values) {
      guard.on = key;
      guard.code = code;
      try {
        return made.apply(this, values);
      } finally {
        guard.on = -1;
      }
    };
    return inputs.calls.map((each) => {
      guard.begin(this.fuelOf(batch));
      const told = behaviour(call, each);
      return guard.fuel < 0 ? '!hang' : told;
    });
  }

  /** The calls of a hooked function while the tests run, with changes of them, and the function itself. */
  async inputsOf(batch, { key, original }) {
    if (this.inputs?.key === `${batch.base}:${key}`) return this.inputs;
    const recorder = new Recorder();
    let evaluate = null;
    // Evaluates in the scope of the hooked function, where candidates belong.
    this.guard.see = (inScope, self, values) => {
      evaluate ??= inScope;
      recorder.take(self, values);
    };
    this.guard.on = key;
    this.guard.code = `(function(){__patchwright.see((__patchwright_code)=>eval(__patchwright_code),this,[...arguments]);return (${original}).apply(this,arguments)})`;
    await this.runLoaded(batch, [...batch.failing, ...batch.passing], true);
    this.guard.on = -1;
    this.inputs = { key: `${batch.base}:${key}`, calls: varied(recorder.calls), evaluate };
    return this.inputs;
  }

  fuelOf(batch) {
    return (this.fuel.get(batch.base) ?? GUARDED_FUEL) * batch.patience;
  }

  async isUnchanged(batch) {
    this.guard.on = -1;
    const unstable = this.unstable.get(batch.base);
    const isLookedAt = (id) => !batch.endless.includes(id) && !unstable?.has(id);
    for (const id of batch.failing.filter(isLookedAt).slice(0, LOOKED_AT)) {
      if (!(await this.failsAsBefore(batch, id))) return false;
    }
    const passing = batch.passing.filter(isLookedAt).slice(0, LOOKED_AT);
    return (await this.runLoaded(batch, passing, true)).all;
  }

  async judgeSwapped(batch, candidate) {
    await this.useBase(batch);
    this.guard.on = candidate.key;
    this.guard.code = candidate.code;
    try {
      return await this.judge(batch, (ids) => this.runLoaded(batch, ids));
    } finally {
      this.guard.on = -1;
    }
  }

  async judgeLoaded(batch, candidate) {
    if (!this.fuel.has(batch.base)) await this.useBase(batch);
    const base = this.baseOf(batch.base);
    const text = base.slice(0, candidate.start) + candidate.text + base.slice(candidate.end);
    this.current = null;
    this.loader.forget();
    if (this.loader.replace(path.join(this.config.root, batch.path), text))
      return ['invalid', 0, 0];
    this.loaded.clear();
    return this.judge(batch, async (ids) => {
      for (const name of filesOf(ids)) {
        if (this.loaded.has(name)) continue;
        this.loader.forget();
        this.guard.begin(this.fuelOf(batch));
        this.loaded.set(name, await this.load(name));
      }
      return this.runLoaded(batch, ids);
    });
  }

  async judge(batch, run) {
    const failing = await run(batch.failing);
    if (!failing.all) return [failing.hung ? 'hang' : 'failed', failing.improved, failing.broken];
    const passing = await run(batch.passing);
    return [passing.all ? 'passed' : 'breaks', failing.improved, passing.all ? 0 : 1];
  }

  /** Runs tests of loaded files; stops at the first that fails without any assertion holding that did not before. */
  async runLoaded(batch, ids, toTheEnd = false) {
    const told = { all: true, improved: 0, broken: 0, hung: false };
    const unstable = this.unstable.get(batch.base);
    const stable = unstable?.size > 0 ? ids.filter((id) => !unstable.has(id)) : ids;
    for (const [name, wanted] of byFile(stable)) {
      const loaded = this.loaded.get(name);
      if (!loaded || loaded.error) return { ...told, all: false };
      const fresh = loaded.again();
      let seen = 0;
      for (const test of fresh.tests) {
        const id = idOf(name, test);
        if (!wanted.has(id) && !wanted.has(name)) continue;
        seen += 1;
        const before = batch.isLong && !toTheEnd ? (this.before?.get(id) ?? null) : null;
        this.guard.begin(this.fuelOf(batch), before);
        const outcome = await fresh.run(test, batch.asyncMs);
        this.compare(told, id, outcome);
        if (this.guard.fuel < 0) told.hung = true;
        if (!told.all && told.improved === 0 && !toTheEnd) break;
      }
      await fresh.close();
      if (seen < wanted.size && !wanted.has(name)) told.all = false;
      if (!told.all && told.improved === 0 && !toTheEnd) return told;
    }
    return told;
  }

  compare(told, id, outcome) {
    const before = this.before?.get(id) ?? new Map();
    const { checks } = this.guard;
    for (const [key, held] of checks) {
      if (held && before.get(key) !== true) told.improved += 1;
      if (!held && before.get(key) === true) told.broken += 1;
    }
    for (const [key, held] of before) if (held && !checks.has(key)) told.broken += 1;
    if (outcome.error || outcome.skipped || this.guard.broken > 0) told.all = false;
    else told.improved += checks.size === 0 ? 1 : 0;
  }
}
