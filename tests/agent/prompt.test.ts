import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nudges, renderPrompt, renderTemplate } from '../../src/agent/prompt.ts';

test('a missing and an unknown placeholder throw', () => {
  expect(() => renderTemplate('{{a}} {{b}}', { a: '1' }, 'x')).toThrow('no value for {{b}}');
  expect(() => renderTemplate('{{a}}', { a: '1', c: '2' }, 'x')).toThrow('no placeholder for c');
  expect(() => renderTemplate('{{constructor}}', {}, 'x')).toThrow('no value for {{constructor}}');
});

test('a value is never read as a template', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(renderTemplate('<{{a}}>', { a: value }, 'x')).toBe(`<${value}>`);
    }),
  );
  expect(renderTemplate('{{a}}{{b}}', { a: '{{b}}', b: '$&' }, 'x')).toBe('{{b}}$&');
});

test('the prompts of the product render', () => {
  expect(renderPrompt('system')).toContain('submit');
  expect(renderPrompt('task', { root: '/r', statement: 'S', tests: 'T' })).toContain('S');
  for (const text of [nudges.noAction, nudges.cutCall, nudges.cutText, nudges.repeated]) {
    expect(text.length).toBeGreaterThan(20);
  }
});
