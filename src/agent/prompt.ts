import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/**
 * Renders `prompts/NAME.md`, where `{{name}}` stands for a value.
 *
 * @throws {Error} when a placeholder has no value or a value has no placeholder
 */
export function renderPrompt(name: string, values: Readonly<Record<string, string>> = {}): string {
  const template = readFileSync(join(packageRoot, 'prompts', `${name}.md`), 'utf8').trimEnd();
  return renderTemplate(template, values, name);
}

/** The pure part of `renderPrompt`: values are put in once and never read as templates themselves. */
export function renderTemplate(
  template: string,
  values: Readonly<Record<string, string>>,
  name: string,
): string {
  const used = new Set<string>();
  const text = template.replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined) throw new Error(`prompt ${name}: no value for {{${key}}}`);
    used.add(key);
    return value;
  });
  const unknown = Object.keys(values).filter((key) => !used.has(key));
  if (unknown.length > 0)
    throw new Error(`prompt ${name}: no placeholder for ${unknown.join(', ')}`);
  return text;
}

/** What the loop says to the model when a turn cannot be carried out as it is. */
export const nudges = {
  get noAction() {
    return renderPrompt('nudges/no-action');
  },
  get cutText() {
    return renderPrompt('nudges/cut-text');
  },
  get cutCall() {
    return renderPrompt('nudges/cut-call');
  },
  get repeated() {
    return renderPrompt('nudges/repeated');
  },
};
