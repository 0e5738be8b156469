'use strict';
const path = require('node:path');

// How tests are named, `FILE::SUITE > TEST`, and where one failed.

function idOf(name, test) {
  return `${name}::${test.titles.join(' > ')}`;
}

function byFile(ids) {
  const found = new Map();
  for (const id of ids) {
    const name = id.includes('::') ? id.slice(0, id.indexOf('::')) : id;
    if (!found.has(name)) found.set(name, new Set());
    found.get(name).add(id);
  }
  return found;
}

function filesOf(ids) {
  return [...byFile(ids).keys()];
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

exports.idOf = idOf;
exports.byFile = byFile;
exports.filesOf = filesOf;
exports.failureOf = failureOf;
