import { GOOD, TOOL, tool } from './raw.ts';
import { testRefused } from './refused.ts';

testRefused([
  ['a tool without a name', tool({ name: undefined }), 'tools.0.custom.name: Field required'],
  [
    'a tool name with a dot',
    tool({ name: 'view.file' }),
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  [
    'a tool name of 129 characters',
    tool({ name: 'a'.repeat(129) }),
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  ['two tools of one name', { ...GOOD, tools: [TOOL, TOOL] }, 'tools: Tool names must be unique.'],
  [
    'a tool without a schema',
    tool({ input_schema: undefined }),
    'tools.0.custom.input_schema: Field required',
  ],
  [
    'a schema without a type',
    tool({ input_schema: {} }),
    'tools.0.custom.input_schema.type: Field required',
  ],
  [
    'a schema that is no object',
    tool({ input_schema: { type: 'string' } }),
    "tools.0.custom.input_schema.type: Input should be 'object'",
  ],
  [
    'a union at the top of a schema',
    tool({ input_schema: { type: 'object', anyOf: [] } }),
    'tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level',
  ],
  [
    'a property key with a blank',
    tool({ input_schema: { type: 'object', properties: { 'a b': {} } } }),
    "tools.0.custom.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'",
  ],
  [
    'a field a tool does not have',
    tool({ run: 1 }),
    'tools.0.custom.run: Extra inputs are not permitted',
  ],
  [
    'an unknown type of tool',
    { ...GOOD, tools: [{ type: 'bash_1999', name: 'bash' }] },
    /^tools\.0: Input tag 'bash_1999' found using 'type' does not match/,
  ],
  [
    'a defined tool under another name',
    { ...GOOD, tools: [{ type: 'bash_20250124', name: 'shell' }] },
    "tools.0.bash_20250124.name: Input should be 'bash'",
  ],
  [
    'a tool_choice without tools',
    { ...GOOD, tool_choice: { type: 'auto' } },
    'tool_choice: `tool_choice` may only be specified while providing `tools`.',
  ],
  [
    'an unknown tool_choice',
    { ...tool({}), tool_choice: { type: 'some' } },
    "tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'",
  ],
  [
    'a forced tool on a model that always decides itself',
    { ...tool({}), model: 'claude-opus-5-5', tool_choice: { type: 'any' } },
    'tool_choice: type "tool" and "any" are not supported for this model.',
  ],
  [
    'a forced tool with thinking',
    {
      ...tool({}),
      model: 'claude-opus-5',
      thinking: { type: 'adaptive' },
      tool_choice: { type: 'any' },
    },
    'Thinking may not be enabled when tool_choice forces tool use.',
  ],
  [
    'a forced tool that is not there',
    { ...tool({}), model: 'claude-opus-5', tool_choice: { type: 'tool', name: 'edit' } },
    "Tool 'edit' not found in provided tools",
  ],
]);
