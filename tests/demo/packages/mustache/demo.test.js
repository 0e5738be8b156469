'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const Mustache = require('..');

const view = {
  name: 'Ada',
  ready: true,
  tags: ['x', 'y'],
  shout: () => (text, render) => render(text).toUpperCase(),
  raw: () => (text) => `<${text}>`,
};

test('function section in the main template gets its own text', () => {
  assert.equal(Mustache.render('Dear {{#raw}}reader{{/raw}}!', view), 'Dear <reader>!');
  assert.equal(Mustache.render('{{#shout}}hi {{name}}{{/shout}}', view), 'HI ADA');
});

test('function section in a partial that stands within a line', () => {
  const partials = { p: 'Dear {{#raw}}reader{{/raw}}!' };
  assert.equal(Mustache.render('> {{>p}} <', view, partials), '> Dear <reader>! <');
});

test('function section in a partial on a line of its own, not indented', () => {
  const partials = { p: 'Dear {{#raw}}reader{{/raw}}!\n' };
  assert.equal(Mustache.render('a\n{{>p}}\nb\n', view, partials), 'a\nDear <reader>!\nb\n');
});

test('function section in an indented partial gets its own text', () => {
  const partials = { p: 'Dear {{#raw}}reader{{/raw}}!\n' };
  assert.equal(Mustache.render('a\n  {{>p}}\nb\n', view, partials), 'a\n  Dear <reader>!\nb\n');
});

test('function section on a later line of an indented partial', () => {
  const partials = { p: 'one\n{{#shout}}two {{name}}{{/shout}}\nthree\n' };
  assert.equal(
    Mustache.render('{\n    {{>p}}\n}\n', view, partials),
    '{\n    one\n    TWO ADA\n    three\n}\n'
  );
});

test('indented partial without functions: each of its lines is indented', () => {
  const partials = { p: '{{name}}\n\n{{#ready}}\nyes\n{{/ready}}\n' };
  assert.equal(Mustache.render('-\n\t{{>p}}\n-\n', view, partials), '-\n\tAda\n\n\tyes\n-\n');
});

test('indented partial inside a list section', () => {
  const partials = { item: '* {{.}}\n' };
  assert.equal(Mustache.render('{{#tags}}\n  {{>item}}\n{{/tags}}\n', view, partials), '  * x\n  * y\n');
});

test('partials can be looked up by a function; an unknown one renders as nothing', () => {
  const lookup = (name) => (name === 'p' ? 'Hi {{name}}\n' : undefined);
  assert.equal(Mustache.render(' {{>p}}\n{{>q}}\nend', view, lookup), ' Hi Ada\nend');
  assert.equal(Mustache.render('[{{>p}}]', view), '[]');
});
