'use strict';
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

/**
 * What test files see in the place of their runner: `describe`, `it`, hooks and assertions of the common runners. It
 * only collects; each test is then run on its own, as often as needed.
 */
class TestRegistry {
  constructor(config) {
    this.config = config;
    this.files = new Set(config.files.map((file) => path.join(config.root, file)));
    this.stack = [];
    this.pending = [];
    this.modules = new Map();
  }

  isTestFile(filename) {
    return this.files.has(filename);
  }

  /** Loads the assertions of the project's own runner and puts its globals in place. */
  async prepare() {
    const engine = this.config.engine;
    const shared = this.functions();
    const nodeTest = Object.assign((...all) => shared.test(...all), shared, {
      mock: require('node:test').mock,
    });
    nodeTest.default = nodeTest;
    this.modules.set('node:test', nodeTest);
    if (engine === 'mocha') Object.assign(globalThis, shared);
    if (engine === 'jest') await this.prepareJest(shared);
    if (engine === 'vitest') await this.prepareVitest(shared);
    this.modules.set('mocha', shared);
  }

  async prepareJest(shared) {
    const from = (name, ...parents) => {
      let require = Module.createRequire(path.join(this.config.root, 'x.js'));
      for (const parent of parents) require = Module.createRequire(require.resolve(parent));
      return require(name);
    };
    const first = (...tries) => {
      for (const one of tries) {
        try {
          return one();
        } catch {
          // Another layout of node_modules.
        }
      }
      return null;
    };
    const found = first(
      () => from('expect'),
      () => from('expect', '@jest/globals'),
      () => from('expect', 'jest', '@jest/core', 'jest-runner', 'jest-circus'),
    );
    const expect = found?.expect ?? found?.default ?? found;
    if (!expect) throw new Error('the assertions of jest were not found');
    const mocker = first(
      () => from('jest-mock'),
      () => from('jest-mock', '@jest/globals', '@jest/environment'),
      () => from('jest-mock', 'jest', '@jest/core', 'jest-runner', 'jest-runtime'),
    );
    const mocks = mocker ? new mocker.ModuleMocker(globalThis) : null;
    const jest = mocks
      ? {
          fn: mocks.fn.bind(mocks),
          spyOn: mocks.spyOn.bind(mocks),
          isMockFunction: mocks.isMockFunction.bind(mocks),
          clearAllMocks: () => mocks.clearAllMocks(),
          resetAllMocks: () => mocks.resetAllMocks(),
          restoreAllMocks: () => mocks.restoreAllMocks(),
          setTimeout() {},
        }
      : {};
    Object.assign(globalThis, shared, { expect, jest });
    this.modules.set('@jest/globals', { ...shared, expect, jest });
  }

  async prepareVitest(shared) {
    const own = Module.createRequire(path.join(this.config.root, 'x.js'));
    const inner = Module.createRequire(own.resolve('vitest/package.json'));
    const load = (name) => import(pathToFileURL(inner.resolve(name)).href);
    const kit = await load('@vitest/expect');
    const chaiPath = Module.createRequire(inner.resolve('@vitest/expect')).resolve('chai');
    const chai = await import(pathToFileURL(chaiPath).href);
    chai.use(kit.JestExtend);
    chai.use(kit.JestChaiExpect);
    chai.use(kit.JestAsymmetricMatchers);
    const expect = (value, message) => {
      kit.setState({ assertionCalls: (kit.getState(expect).assertionCalls ?? 0) + 1 }, expect);
      return chai.expect(value, message);
    };
    Object.assign(expect, chai.expect, globalThis[kit.ASYMMETRIC_MATCHERS_OBJECT]);
    expect.getState = () => kit.getState(expect);
    expect.setState = (state) => kit.setState(state, expect);
    expect.extend = (matchers) => chai.expect.extend(expect, matchers);
    globalThis[kit.GLOBAL_EXPECT] = expect;
    kit.setState(
      { assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null },
      expect,
    );
    const spy = await load('@vitest/spy').catch(() => ({}));
    const vi = {
      fn: spy.fn,
      spyOn: spy.spyOn,
      isMockFunction: spy.isMockFunction,
      restoreAllMocks: () => spy.restoreAllMocks?.(),
      clearAllMocks: () => spy.clearAllMocks?.(),
      resetAllMocks: () => spy.resetAllMocks?.(),
    };
    const all = { ...shared, expect, vi, assert: chai.assert, chai, should: chai.should };
    this.modules.set('vitest', all);
    Object.assign(globalThis, all);
  }

  module(name) {
    return this.modules.get(name);
  }

  begin() {
    this.root = newSuite('', null);
    this.stack = [this.root];
    this.pending = [];
  }

  /** Waits for suites whose bodies are asynchronous. */
  async settle() {
    while (this.pending.length > 0) await this.pending.shift();
  }

  end(name) {
    const tests = [];
    const only = hasOnly(this.root);
    const visit = (suite, titles, skipped) => {
      for (const test of suite.tests) {
        const skip = skipped || test.skip || (only && !test.only && !insideOnly(test.suite));
        tests.push({ ...test, titles: [...titles, test.title], skip });
      }
      for (const inner of suite.suites)
        visit(inner, [...titles, inner.title], skipped || inner.skip);
    };
    visit(this.root, [], false);
    // A plain script asserts while it is loaded.
    if (tests.length === 0) {
      tests.push({ title: name, titles: [name], suite: this.root, fn: () => {}, skip: false });
    }
    return new LoadedFile(tests);
  }

  functions() {
    const suite =
      (options) =>
      (title, ...rest) => {
        const body = rest.find((each) => typeof each === 'function');
        const settings = rest.find((each) => each !== null && typeof each === 'object') ?? {};
        const parent = this.stack.at(-1);
        const inner = newSuite(titleOf(title), parent);
        inner.skip = options.skip || settings.skip === true || !body;
        inner.only = options.only || settings.only === true;
        parent.suites.push(inner);
        if (!body || inner.skip) return;
        this.stack.push(inner);
        const made = body.call({ timeout() {}, slow() {}, retries() {} });
        if (typeof made?.then === 'function') {
          this.pending.push(Promise.resolve(made).finally(() => this.leave(inner)));
        } else this.leave(inner);
      };
    const test =
      (options) =>
      (title, ...rest) => {
        const body = rest.find((each) => typeof each === 'function');
        const settings = rest.find((each) => each !== null && typeof each === 'object') ?? {};
        const skip = options.skip || settings.skip || settings.todo || !body;
        const only = options.only || settings.only === true;
        const parent = this.stack.at(-1);
        parent.tests.push({
          title: titleOf(title),
          fn: body,
          skip: Boolean(skip),
          only,
          suite: parent,
          fails: options.fails,
        });
        return Promise.resolve();
      };
    const each =
      (define) =>
      (table, ...values) => {
        const rows = Array.isArray(table) && !('raw' in table) ? table : taggedRows(table, values);
        return (title, body) => {
          rows.forEach((row, index) => {
            const list = Array.isArray(row) ? row : [row];
            define(formatTitle(title, list, index), () => body(...list));
          });
        };
      };
    const withEach = (make) => {
      const main = make({});
      return Object.assign(main, {
        skip: make({ skip: true }),
        todo: make({ skip: true }),
        only: make({ only: true }),
        fails: make({ fails: true }),
        failing: make({ fails: true }),
        concurrent: main,
        sequential: main,
        each: each(main),
        for: each(main),
        skipIf: (condition) => (condition ? make({ skip: true }) : main),
        runIf: (condition) => (condition ? main : make({ skip: true })),
      });
    };
    const hook =
      (kind) =>
      (...all) => {
        const body = all.find((each) => typeof each === 'function');
        if (body) this.stack.at(-1)[kind].push(body);
      };
    const describe = withEach(suite);
    const it = withEach(test);
    return {
      describe,
      suite: describe,
      context: describe,
      xdescribe: describe.skip,
      it,
      test: it,
      specify: it,
      xit: it.skip,
      xtest: it.skip,
      fit: it.only,
      before: hook('before'),
      beforeAll: hook('before'),
      after: hook('after'),
      afterAll: hook('after'),
      beforeEach: hook('beforeEach'),
      afterEach: hook('afterEach'),
      setup: hook('beforeEach'),
      teardown: hook('afterEach'),
    };
  }

  leave(suite) {
    const at = this.stack.indexOf(suite);
    if (at >= 0) this.stack.splice(at, 1);
  }
}

/** The tests of one loaded file; the hooks of its suites run when first needed. */
class LoadedFile {
  constructor(tests) {
    this.tests = tests;
    this.entered = new Set();
  }

  /** The same tests with no hook run yet. */
  again() {
    return new LoadedFile(this.tests);
  }

  /** @returns the error of the test, none when it passed */
  async run(test, limitMs) {
    if (test.skip) return { skipped: true };
    const suites = [];
    for (let at = test.suite; at; at = at.parent) suites.unshift(at);
    let error = null;
    try {
      for (const suite of suites) await this.enter(suite, limitMs);
      for (const suite of suites) await callAll(suite.beforeEach, limitMs);
      const made = call(test.fn, limitMs);
      if (made) await made;
    } catch (thrown) {
      error = thrown ?? new Error('the test threw nothing');
    }
    for (const suite of [...suites].reverse()) {
      try {
        await callAll(suite.afterEach, limitMs);
      } catch (thrown) {
        error ??= thrown ?? new Error('a hook threw nothing');
      }
    }
    if (test.fails) return { error: error ? null : new Error('the test was to fail') };
    return { error };
  }

  async enter(suite, limitMs) {
    if (this.entered.has(suite)) return;
    this.entered.add(suite);
    await callAll(suite.before, limitMs);
  }

  async close() {
    for (const suite of [...this.entered].reverse()) {
      try {
        await callAll(suite.after, 1000);
      } catch {
        // What a suite leaves behind is no verdict on a test.
      }
    }
  }
}

async function callAll(bodies, limitMs) {
  for (const body of bodies) {
    const made = call(body, limitMs);
    if (made) await made;
  }
}

/** Calls a test or a hook: with a callback when it takes one that is no context. @returns a promise to wait for */
function call(body, limitMs) {
  const context = testContext();
  let made;
  if (
    body.length > 0 &&
    /^(?:async\s*)?(?:function\b[^(]*)?\(?\s*(?:done|cb|callback|next|finish)\b/.test(String(body))
  ) {
    made = new Promise((resolve, reject) => {
      const done = (error) => (error ? reject(error) : resolve());
      done.fail = reject;
      body.call(context, done);
    });
  } else made = body.call(context, context);
  if (typeof made?.then !== 'function') return null;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the test took too long')), limitMs);
  });
  return Promise.race([made, late]).finally(() => clearTimeout(timer));
}

function testContext() {
  const context = {
    timeout: () => context,
    slow: () => context,
    retries: () => context,
    skip() {},
    diagnostic() {},
    todo() {},
    plan() {},
    after() {},
    mock: require('node:test').mock,
    assert: require('node:assert'),
    test: async (_title, ...rest) => {
      const body = rest.find((each) => typeof each === 'function');
      if (body) await body(testContext());
    },
  };
  context.it = context.test;
  return context;
}

function newSuite(title, parent) {
  return {
    title,
    parent,
    tests: [],
    suites: [],
    before: [],
    after: [],
    beforeEach: [],
    afterEach: [],
  };
}

function hasOnly(suite) {
  return suite.only || suite.tests.some((test) => test.only) || suite.suites.some(hasOnly);
}

function insideOnly(suite) {
  for (let at = suite; at; at = at.parent) if (at.only) return true;
  return false;
}

function titleOf(title) {
  return typeof title === 'function' ? title.name : String(title);
}

function taggedRows(strings, values) {
  const names = strings[0].split('|').map((name) => name.trim());
  const rows = [];
  for (let at = 0; at < values.length; at += names.length) {
    rows.push(Object.fromEntries(names.map((name, index) => [name, values[at + index]])));
  }
  return rows;
}

function formatTitle(title, row, index) {
  let next = 0;
  return String(title)
    .replace(/%#/g, String(index))
    .replace(/%[sdifjop]/g, (kind) => {
      const value = row[next++];
      if (kind === '%j' || kind === '%o') return JSON.stringify(value);
      return kind === '%p' ? require('node:util').inspect(value) : String(value);
    })
    .replace(/\$(\w+)/g, (whole, name) => {
      const value = row[0]?.[name];
      return value === undefined ? whole : String(value);
    });
}

exports.TestRegistry = TestRegistry;
