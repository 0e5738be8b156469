'use strict';
const crypto = require('node:crypto');
const { inspect } = require('node:util');

// Calls of a function as the tests make them, and calls like them, to tell candidates apart by what they return.

const MOST_CALLS = 40;
const MOST_INPUTS = 240;
const SEED = 20240229;
/** Of each kind of character that a program may treat on its own. */
const CHARACTERS = " 07aZ.,-_(['";

/** Keeps the arguments of calls that can be copied. */
class Recorder {
  constructor() {
    this.calls = [];
    this.seen = new Set();
  }

  take(self, values) {
    if (this.calls.length >= MOST_CALLS) return;
    // What an object keeps would change from one candidate to the next.
    if (self !== undefined && self !== null && self !== globalThis && typeof self !== 'function') {
      if (Object.keys(self).some((key) => typeof self[key] !== 'function')) return;
    }
    try {
      const key = canonical(values);
      if (this.seen.has(key)) return;
      this.seen.add(key);
      this.calls.push({ self, values: structuredClone(values) });
    } catch {
      // Arguments that cannot be copied tell nothing.
    }
  }
}

/** The calls, and as many changes of them as there is room for; the same every time. */
function varied(calls) {
  const made = [...calls];
  const known = new Set(calls.map(({ values }) => canonical(values)));
  const random = generator(SEED);
  const pool = calls.flatMap(({ values }) => values);
  for (
    let turn = 0;
    turn < 20 * MOST_INPUTS && made.length < MOST_INPUTS && calls.length > 0;
    turn++
  ) {
    const from = pick(random, random() < 0.3 ? made : calls);
    const values = structuredClone(from.values);
    if (values.length === 0) break;
    const changes = random() < 0.7 ? 1 : 2;
    for (let change = 0; change < changes; change++) {
      const at = Math.floor(random() * values.length);
      const isRelated = values.length > 1 && random() < 0.3;
      values[at] = isRelated ? related(values, at, random) : changed(values[at], random, pool);
    }
    const key = canonical(values);
    if (known.has(key)) continue;
    known.add(key);
    made.push({ self: from.self, values });
  }
  return made;
}

/** The value of an argument as it may stand to the others: the same, their sum, their difference. */
function related(values, at, random) {
  const value = values[at];
  const others = values.filter((each, index) => index !== at && typeof each === typeof value);
  if (others.length === 0 || typeof value === 'boolean') return value;
  const [one, other] = [pick(random, others), pick(random, others)];
  if (typeof value === 'number') return pick(random, [one, one + other, one - other, one * 2]);
  return structuredClone(one);
}

/** Mulberry32. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function pick(random, list) {
  return list[Math.floor(random() * list.length)];
}

/** Another value of the same type. */
function changed(value, random, pool) {
  switch (typeof value) {
    case 'boolean':
      return !value;
    case 'number': {
      const whole = [
        value + 1,
        value - 1,
        0,
        1,
        2,
        -value,
        value * 2,
        Math.floor(value / 2),
        Math.floor(random() * 30),
        value + 10,
      ];
      return Number.isInteger(value)
        ? pick(random, whole)
        : pick(random, [value + 1, value - 0.5, 0, -value, value * 2, Math.round(value * 10) / 10]);
    }
    case 'string':
      return changedText(value, random, pool);
    default:
      break;
  }
  if (Array.isArray(value)) return changedItems([...value], random, pool);
  if (value && Object.getPrototypeOf(value) === Object.prototype) {
    const copy = { ...value };
    const keys = Object.keys(copy).sort();
    if (keys.length === 0) return copy;
    const key = pick(random, keys);
    if (random() < 0.4) delete copy[key];
    else copy[key] = changed(copy[key], random, pool);
    return copy;
  }
  return value;
}

function changedText(text, random, pool) {
  const kind = Math.floor(random() * 9);
  if (kind === 8) {
    const before = Math.floor(random() * (text.length + 1));
    const other = CHARACTERS[Math.floor(random() * CHARACTERS.length)];
    return text.slice(0, before) + other + text.slice(before);
  }
  const strings = pool.filter((each) => typeof each === 'string' && each !== '');
  const letters = strings.join('') || 'abcAB 1([';
  if (text === '' || kind === 0) return text + letters[Math.floor(random() * letters.length)];
  const at = Math.floor(random() * text.length);
  switch (kind) {
    case 1:
      return text.slice(0, at) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text[at] + text.slice(at);
    case 3:
      return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
    case 4:
      return [...text].reverse().join('');
    case 5:
      return text.slice(0, at);
    case 6:
      return text.slice(at) + text.slice(0, at);
    default:
      return (
        text.slice(0, at) + letters[Math.floor(random() * letters.length)] + text.slice(at + 1)
      );
  }
}

function changedItems(items, random, pool) {
  if (items.length === 0) return items;
  const at = Math.floor(random() * items.length);
  switch (Math.floor(random() * 7)) {
    case 0:
      items.splice(at, 1);
      return items;
    case 1:
      items.splice(at, 0, structuredClone(items[at]));
      return items;
    case 2:
      return items.reverse();
    case 3:
      return items
        .map((each) => [random(), each])
        .sort((a, b) => a[0] - b[0])
        .map(([, each]) => each);
    case 4:
      return items.slice(0, at);
    default:
      items[at] = changed(items[at], random, pool);
      return items;
  }
}

function canonical(value) {
  return inspect(value, {
    depth: 5,
    sorted: true,
    breakLength: Infinity,
    maxArrayLength: 500,
    maxStringLength: 2000,
  });
}

/** What a call gives back, and what it makes of its arguments, in a few characters. */
function behaviour(call, { self, values }) {
  const own = structuredClone(values);
  let text;
  try {
    text = `${canonical(call.apply(self, own))}|${canonical(own)}`;
  } catch (error) {
    return `!${error?.name ?? 'thrown'}`;
  }
  return crypto.createHash('md5').update(text).digest('hex').slice(0, 10);
}

exports.Recorder = Recorder;
exports.varied = varied;
exports.behaviour = behaviour;
