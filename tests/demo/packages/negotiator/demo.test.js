'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const Negotiator = require('../lib/negotiator.js');

function languages(accept, provided) {
  const headers = accept === undefined ? {} : { 'accept-language': accept };
  return new Negotiator({ headers }).languages(provided);
}

test('languages: those accepted come back in the order of their quality', () => {
  assert.deepEqual(languages('de;q=0.5, en, fr;q=0.8'), ['en', 'fr', 'de']);
  assert.deepEqual(languages('de;q=0, en'), ['en']);
});

test('languages: provided ones are filtered and sorted by the header', () => {
  assert.deepEqual(languages('de;q=0.5, en', ['de', 'en', 'it']), ['en', 'de']);
  assert.deepEqual(languages('nl', ['de', 'en']), []);
});

test('languages: an exact match goes before a prefix', () => {
  assert.deepEqual(languages('en-GB, en', ['en', 'en-US', 'en-GB']).sort(), ['en', 'en-GB', 'en-US']);
  assert.deepEqual(languages('en-GB', ['en-US', 'en-GB', 'en']), ['en-GB', 'en']);
  assert.deepEqual(languages('en', ['en-US']), ['en-US']);
});

test('languages: a star accepts what is not named', () => {
  assert.deepEqual(languages('*, en;q=0', ['en', 'fr']), ['fr']);
  assert.deepEqual(languages('fr, *;q=0.1', ['de', 'fr']), ['fr', 'de']);
});

test('languages: without a header everything provided is acceptable', () => {
  assert.deepEqual(languages(undefined, ['en', 'fr']).sort(), ['en', 'fr']);
});

test('languages: a malformed entry of the header is passed over', () => {
  assert.deepEqual(languages('not a tag, de', ['de', 'en']), ['de']);
  assert.deepEqual(languages('', ['de']), []);
});

test('languages: an empty string among those provided is passed over', () => {
  assert.deepEqual(languages('de, en;q=0.5', ['', 'en', 'de']), ['de', 'en']);
  assert.deepEqual(languages('de', ['']), []);
});

test('languages: a provided name with a space in it is passed over, even with a star', () => {
  assert.deepEqual(languages('*', ['Swiss German', 'de']), ['de']);
  assert.deepEqual(languages('fr, *;q=0.5', ['Swiss German', 'de', 'fr']), ['fr', 'de']);
});
