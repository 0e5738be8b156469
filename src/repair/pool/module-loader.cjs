'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const { quickAssert } = require('./quick-assert.cjs');

const builtin = new Set(Module.builtinModules.flatMap((name) => [name, `node:${name}`]));
const EXTENSIONS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '.json'];

/**
 * Loads the modules of the repository so that one of them can be replaced and what depends on it loaded again.
 * What stands in `node_modules` is loaded once, by node itself.
 */
class ModuleLoader {
  constructor(folder, config, registry) {
    this.folder = folder;
    this.root = config.root;
    this.guarded = config.guarded === true;
    this.registry = registry;
    this.modules = new Map();
    this.texts = new Map();
    this.compiled = new Map();
    /** Who required a module, by its path. */
    this.dependents = new Map();
    this.asked = 0;
    this.replaced = null;
  }

  textOf(filename) {
    return this.texts.get(filename);
  }

  isOurs(filename) {
    return (
      filename.startsWith(this.root + path.sep) &&
      !filename.includes(`${path.sep}node_modules${path.sep}`)
    );
  }

  /** Puts another text in the place of a module. @returns the error when it does not compile */
  replace(filename, text) {
    this.replaced ??= new Map();
    this.replaced.clear();
    try {
      this.replaced.set(filename, this.compile(filename, text));
    } catch (error) {
      return error;
    }
    return null;
  }

  /** Forgets the replaced module and all that depends on it, and the test files. */
  forget() {
    const stale = new Set();
    const add = (filename) => {
      if (stale.has(filename)) return;
      stale.add(filename);
      for (const dependent of this.dependents.get(filename) ?? []) add(dependent);
    };
    for (const filename of this.replaced?.keys() ?? []) add(filename);
    for (const filename of stale) this.modules.delete(filename);
    for (const filename of this.entries ?? []) this.modules.delete(filename);
  }

  /** Forgets every module and what was read of the test files. */
  clear() {
    this.modules.clear();
    for (const filename of this.entries ?? []) this.compiled.delete(filename);
  }

  compile(filename, text) {
    const parameters = [
      'exports',
      'require',
      'module',
      '__filename',
      '__dirname',
      '__patchwright_meta',
    ];
    return vm.compileFunction(text.replace(/^#!/, '//'), parameters, {
      filename,
      importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
  }

  require(filename) {
    this.entries ??= new Set();
    this.entries.add(filename);
    this.modules.delete(filename);
    return this.load(filename, null);
  }

  load(filename, from) {
    if (from !== null) {
      if (!this.dependents.has(filename)) this.dependents.set(filename, new Set());
      this.dependents.get(filename).add(from);
    }
    const known = this.modules.get(filename);
    if (known) return known.exports;
    const module = {
      exports: {},
      id: filename,
      filename,
      loaded: false,
      children: [],
      paths: [],
      parent: null,
    };
    this.modules.set(filename, module);
    try {
      if (filename.endsWith('.json'))
        module.exports = JSON.parse(fs.readFileSync(filename, 'utf8'));
      else this.run(module);
    } catch (error) {
      this.modules.delete(filename);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  }

  run(module) {
    const { filename } = module;
    let body = this.replaced?.get(filename) ?? this.compiled.get(filename);
    if (!body) {
      const text = this.read(filename);
      this.texts.set(filename, text);
      body = this.compile(filename, text);
      this.compiled.set(filename, body);
    }
    const require = this.requireFor(filename, module);
    const meta = { url: `file://${filename}`, filename, dirname: path.dirname(filename) };
    body.call(
      module.exports,
      module.exports,
      require,
      module,
      filename,
      path.dirname(filename),
      meta,
    );
  }

  requireFor(filename, module) {
    const native = Module.createRequire(filename);
    const require = (name) => {
      const special = this.registry.module(name);
      if (special) return special;
      if (this.soft && this.registry.isTestFile(filename) && quickAssert.has(name)) {
        return quickAssert.get(name);
      }
      if (builtin.has(name)) return native(name);
      const found = this.resolve(name, filename, native);
      if (this.isOurs(found) && !found.endsWith('.node')) return this.load(found, filename);
      try {
        return native(found);
      } catch (error) {
        if (error?.code !== 'ERR_REQUIRE_ESM') throw error;
        return this.load(found, filename);
      }
    };
    require.resolve = (name, options) =>
      options ? native.resolve(name, options) : this.resolve(name, filename, native);
    require.cache = Object.create(null);
    require.main = module;
    require.extensions = native.extensions;
    return require;
  }

  resolve(name, filename, native) {
    if (/^\.{0,2}\//.test(name) || name === '.' || name === '..') {
      const found = this.file(path.resolve(path.dirname(filename), name));
      if (found) return found;
    }
    return fs.realpathSync(native.resolve(name));
  }

  /** A path as TypeScript and bundlers take it: without its ending, or with the ending it will have when built. */
  file(base) {
    const isFile = (name) => fs.statSync(name, { throwIfNoEntry: false })?.isFile() === true;
    const direct = [base, base.replace(/\.(c|m)?js(x?)$/, '.$1ts$2')];
    for (const each of direct) if (isFile(each)) return fs.realpathSync(each);
    for (const ending of EXTENSIONS)
      if (isFile(base + ending)) return fs.realpathSync(base + ending);
    if (isFile(path.join(base, 'package.json'))) return null;
    for (const ending of EXTENSIONS.slice(1)) {
      const index = path.join(base, `index${ending}`);
      if (isFile(index)) return fs.realpathSync(index);
    }
    return null;
  }

  /** The text to compile: as it stands for plain scripts, otherwise as the host has turned it into one. */
  read(filename) {
    const text = fs.readFileSync(filename, 'utf8');
    const isTest = this.registry.isTestFile(filename);
    const soft = this.soft === true && isTest;
    const guard = this.guarded && !isTest;
    if (!soft && !guard && !needsTransform(filename, text)) return text;
    const number = this.asked++;
    const ask = path.join(this.folder, `need-${process.pid}-${number}.json`);
    const answer = path.join(this.folder, `have-${process.pid}-${number}.json`);
    fs.writeFileSync(`${ask}.part`, JSON.stringify({ filename, text, soft, guard }));
    fs.renameSync(`${ask}.part`, ask);
    const until = Date.now() + 20_000;
    while (!fs.existsSync(answer)) {
      if (Date.now() > until) throw new Error(`no transformed text came for ${filename}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
    const got = JSON.parse(fs.readFileSync(answer, 'utf8'));
    fs.unlinkSync(answer);
    if (got.error) throw new Error(got.error);
    return got.code;
  }
}

function needsTransform(filename, text) {
  if (/\.(?:ts|tsx|mts|cts|jsx|mjs)$/.test(filename)) return true;
  if (filename.endsWith('.cjs')) return false;
  return /^\s*(?:import\b\s*[\w{*'"]|export\b\s*[\w{*])/m.test(text);
}

exports.ModuleLoader = ModuleLoader;
