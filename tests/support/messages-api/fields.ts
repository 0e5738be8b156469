import { invalid } from './errors.ts';
import { isObject, type JsonObject } from './request.ts';

/** Small checks that refuse with the words of the service's validator. */

export function join(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`;
}

export function requireObject(value: unknown, path: string): JsonObject {
  if (value === undefined) invalid(path, 'Field required');
  return isObject(value) ? value : invalid(path, 'Input should be an object');
}

export function requireArray(value: unknown, path: string): readonly unknown[] {
  if (value === undefined) invalid(path, 'Field required');
  return Array.isArray(value) ? value : invalid(path, 'Input should be a valid array');
}

export function requireString(object: JsonObject, key: string, path: string): string {
  const value = object[key];
  if (value === undefined) invalid(join(path, key), 'Field required');
  return typeof value === 'string'
    ? value
    : invalid(join(path, key), 'Input should be a valid string');
}

export function optional(
  object: JsonObject,
  key: string,
  path: string,
  type: 'string' | 'boolean',
) {
  const value = object[key];
  if (value !== undefined && value !== null && typeof value !== type) {
    invalid(join(path, key), `Input should be a valid ${type}`);
  }
}

export function requireInteger(object: JsonObject, key: string, path: string): number {
  const value = object[key];
  if (value === undefined) invalid(join(path, key), 'Field required');
  return typeof value === 'number' && Number.isInteger(value)
    ? value
    : invalid(join(path, key), 'Input should be a valid integer');
}

/** The service knows its fields; one it does not know is an error. */
export function refuseExtra(object: JsonObject, known: readonly string[], path: string): void {
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) invalid(join(path, key), 'Extra inputs are not permitted');
  }
}

export function requireOneOf(value: unknown, choices: readonly string[], path: string): void {
  if (typeof value === 'string' && choices.includes(value)) return;
  const quoted = choices.map((choice) => `'${choice}'`);
  const last = quoted.pop();
  invalid(path, `Input should be ${quoted.length > 0 ? `${quoted.join(', ')} or ` : ''}${last}`);
}

export function requireTag(value: JsonObject, tags: readonly string[], path: string): string {
  const tag = value.type;
  if (tag === undefined) invalid(join(path, 'type'), 'Field required');
  if (typeof tag === 'string' && tags.includes(tag)) return tag;
  return invalid(
    path,
    `Input tag '${String(tag)}' found using 'type' does not match any of the expected tags: ${tags
      .map((name) => `'${name}'`)
      .join(', ')}`,
  );
}

/** Checks one `cache_control` value; null stands for none. */
export function checkCacheControl(value: unknown, path: string): void {
  if (value === undefined || value === null) return;
  const control = requireObject(value, path);
  refuseExtra(control, ['type', 'ttl'], path);
  requireOneOf(control.type, ['ephemeral'], join(path, 'type'));
  if (control.ttl !== undefined) requireOneOf(control.ttl, ['5m', '1h'], join(path, 'ttl'));
}
