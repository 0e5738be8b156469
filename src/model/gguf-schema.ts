import type { ToolSchema } from './model.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * The JSON schema that an answer is constrained to: a thought, then one call of one tool. It is in the dialect that
 * grammars are made from, in which every property is required: one that may be left out may be null instead.
 */
export function callSchema(tools: readonly ToolSchema[]): Schema {
  const calls = tools.map(({ name, inputSchema }) => ({
    type: 'object',
    properties: { tool: { const: name }, input: grammarSchema(inputSchema) },
  }));
  return {
    type: 'object',
    properties: { thought: { type: 'string' }, action: { oneOf: calls } },
  };
}

const SIMPLE = ['string', 'number', 'integer', 'boolean', 'null'];

/** @returns a schema of the grammar's dialect that allows at least what `schema` allows */
export function grammarSchema(schema: Schema): Schema {
  if (schema.const !== undefined) return { const: schema.const };
  if (Array.isArray(schema.enum)) return { enum: schema.enum };
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return { oneOf: choices.map(grammarSchema) };
  const { type } = schema;
  if (Array.isArray(type) && type.every((one) => SIMPLE.includes(one))) return { type };
  if (typeof type === 'string' && SIMPLE.includes(type)) return { type };
  if (type === 'array') return arraySchema(schema);
  if (type === 'object') return objectSchema(schema);
  return { oneOf: [{ type: ['string', 'number', 'boolean', 'null'] }] };
}

function arraySchema({ items, prefixItems, minItems, maxItems }: Schema): Schema {
  return {
    type: 'array',
    ...(isSchema(items) ? { items: grammarSchema(items) } : {}),
    ...(Array.isArray(prefixItems) ? { prefixItems: prefixItems.map(grammarSchema) } : {}),
    ...(typeof minItems === 'number' ? { minItems } : {}),
    ...(typeof maxItems === 'number' ? { maxItems } : {}),
  };
}

function objectSchema(schema: Schema): Schema {
  const { additionalProperties } = schema;
  const properties = Object.entries(propertiesOf(schema)).map(([name, property]) => {
    const inner = grammarSchema(property);
    return [name, isRequired(schema, name) ? inner : nullable(inner)];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(isSchema(additionalProperties)
      ? { additionalProperties: grammarSchema(additionalProperties) }
      : {}),
  };
}

function nullable(schema: Schema): Schema {
  const { type } = schema;
  if (typeof type === 'string' && SIMPLE.includes(type)) return { type: [type, 'null'] };
  return { oneOf: [schema, { type: 'null' }] };
}

/** @returns the input without the nulls that stand for what was left out */
export function withoutNulls(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value) && isSchema(schema.items)) {
    const { items } = schema;
    return value.map((item) => withoutNulls(items, item));
  }
  if (!isSchema(value) || schema.type !== 'object') return value;
  const properties = propertiesOf(schema);
  const kept = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    const property = properties[name];
    if (inner === null && property !== undefined && !isRequired(schema, name)) return [];
    return [[name, property === undefined ? inner : withoutNulls(property, inner)]];
  });
  return Object.fromEntries(kept);
}

function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  return isSchema(schema.properties) ? (schema.properties as Record<string, Schema>) : {};
}

function isRequired(schema: Schema, name: string): boolean {
  return Array.isArray(schema.required) && schema.required.includes(name);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
