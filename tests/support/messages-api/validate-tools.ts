import { invalid } from './errors.ts';
import {
  checkCacheControl,
  join,
  optional,
  refuseExtra,
  requireArray,
  requireObject,
  requireOneOf,
  requireString,
} from './fields.ts';
import { isObject, type JsonObject } from './request.ts';

const CUSTOM_FIELDS = [
  'type',
  'name',
  'description',
  'input_schema',
  'cache_control',
  'strict',
  'eager_input_streaming',
  'input_examples',
  'defer_loading',
  'allowed_callers',
];

/** Client tools whose schema the service defines: type to the only name it may have. */
const DEFINED_TOOLS: Readonly<Record<string, string>> = {
  bash_20250124: 'bash',
  text_editor_20250124: 'str_replace_editor',
  text_editor_20250429: 'str_replace_based_edit_tool',
  text_editor_20250728: 'str_replace_based_edit_tool',
  memory_20250818: 'memory',
};

function checkSchema(tool: JsonObject, path: string): void {
  const at = join(path, 'input_schema');
  const schema = requireObject(tool.input_schema, at);
  if (schema.type === undefined) invalid(join(at, 'type'), 'Field required');
  requireOneOf(schema.type, ['object'], join(at, 'type'));
  if (['oneOf', 'allOf', 'anyOf'].some((key) => key in schema)) {
    invalid(at, 'input_schema does not support oneOf, allOf, or anyOf at the top level');
  }
  if (schema.properties === undefined) return;
  for (const key of Object.keys(requireObject(schema.properties, join(at, 'properties')))) {
    if (!/^[a-zA-Z0-9_.-]{1,64}$/.test(key)) {
      invalid(
        join(at, 'properties'),
        "Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'",
      );
    }
  }
}

function checkTool(value: unknown, path: string): string {
  const tool = requireObject(value, path);
  const type = tool.type ?? 'custom';
  if (type !== 'custom') {
    const name = DEFINED_TOOLS[String(type)];
    if (name === undefined) {
      const tags = ['custom', ...Object.keys(DEFINED_TOOLS)].map((tag) => `'${tag}'`).join(', ');
      invalid(
        path,
        `Input tag '${String(type)}' found using 'type' does not match any of the expected tags: ${tags}`,
      );
    }
    const at = join(path, String(type));
    if (tool.name === undefined) invalid(join(at, 'name'), 'Field required');
    requireOneOf(tool.name, [name], join(at, 'name'));
    checkCacheControl(tool.cache_control, join(at, 'cache_control'));
    return name;
  }
  const at = join(path, 'custom');
  refuseExtra(tool, CUSTOM_FIELDS, at);
  const name = requireString(tool, 'name', at);
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
    invalid(join(at, 'name'), "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
  }
  optional(tool, 'description', at, 'string');
  optional(tool, 'strict', at, 'boolean');
  checkSchema(tool, at);
  checkCacheControl(tool.cache_control, join(at, 'cache_control'));
  return name;
}

/** Checks `tools` and `tool_choice` against each other. */
export function checkTools(body: JsonObject, model: { readonly forcedToolChoice: boolean }): void {
  const names =
    body.tools === undefined
      ? []
      : requireArray(body.tools, 'tools').map((tool, i) => checkTool(tool, `tools.${i}`));
  if (new Set(names).size < names.length) invalid('tools', 'Tool names must be unique.');

  const choice = body.tool_choice;
  if (choice === undefined) return;
  const { type, name } = requireObject(choice, 'tool_choice');
  requireOneOf(type, ['auto', 'any', 'tool', 'none'], 'tool_choice.type');
  if (names.length === 0) {
    invalid('tool_choice', '`tool_choice` may only be specified while providing `tools`.');
  }
  if (type !== 'any' && type !== 'tool') return;
  if (!model.forcedToolChoice) {
    invalid('tool_choice', 'type "tool" and "any" are not supported for this model.');
  }
  const thinking = body.thinking;
  if (isObject(thinking) && (thinking.type === 'enabled' || thinking.type === 'adaptive')) {
    invalid('', 'Thinking may not be enabled when tool_choice forces tool use.');
  }
  if (type === 'tool' && !names.includes(String(name))) {
    invalid('', `Tool '${String(name)}' not found in provided tools`);
  }
}
