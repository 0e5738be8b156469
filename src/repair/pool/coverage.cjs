'use strict';
const inspector = require('node:inspector');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

/** Lines that ran since the last time of asking, by V8's own counters. */
class Coverage {
  constructor(root, loader) {
    this.root = root;
    this.loader = loader;
    this.session = new inspector.Session();
    this.session.connect();
    this.post('Profiler.enable');
    this.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  post(method, parameters) {
    let answer;
    this.session.post(method, parameters, (error, result) => {
      if (!error) answer = result;
    });
    return answer;
  }

  /** @returns lines from 1 by file relative to the root; the counters start anew */
  take() {
    const found = {};
    for (const script of this.post('Profiler.takePreciseCoverage')?.result ?? []) {
      const filename = script.url.startsWith('file:') ? fileURLToPath(script.url) : script.url;
      const text = this.loader.textOf(filename);
      if (text === undefined) continue;
      const lines = ranLines(script.functions, text);
      if (lines.length > 0) found[path.relative(this.root, filename)] = lines;
    }
    return found;
  }

  stop() {
    this.post('Profiler.stopPreciseCoverage');
    this.session.disconnect();
  }
}

/** Paints the ranges from the outermost to the innermost and reads off the lines with a character that ran. */
function ranLines(functions, text) {
  const ranges = functions.flatMap((each) => each.ranges);
  if (!ranges.some((range) => range.count > 0)) return [];
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const painted = new Uint8Array(text.length);
  for (const { startOffset, endOffset, count } of ranges) {
    painted.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  const lines = [];
  let line = 1;
  let ran = false;
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    if (at === text.length || code === 10) {
      if (ran) lines.push(line);
      line += 1;
      ran = false;
    } else if (painted[at] === 1 && code !== 32 && code !== 9 && code !== 13 && code !== 125)
      ran = true;
  }
  return lines;
}

exports.Coverage = Coverage;
