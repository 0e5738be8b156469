import { isObject, type JsonObject } from '../messages-api/request.ts';
import { invalid } from './errors.ts';
import type { ChatBody } from './request.ts';

const FIELDS = [
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'seed',
  'n',
  'user',
  'metadata',
  'response_format',
  'reasoning_effort',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'store',
  'service_tier',
  'prompt_cache_key',
  // What servers other than the first one added.
  'reasoning',
  'usage',
  'provider',
  'models',
  'transforms',
  'chat_template_kwargs',
  'top_k',
  'min_p',
  'repetition_penalty',
  'cache_prompt',
  'options',
  'keep_alive',
];

function kind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

function wrongType(param: string, expected: string, value: unknown): never {
  const article = /^[aeiou]/.test(expected) ? 'an' : 'a';
  invalid(
    `Invalid type for '${param}': expected ${article} ${expected}, but got ${/^[aeiou]/.test(kind(value)) ? 'an' : 'a'} ${kind(value)} instead.`,
    param,
    'invalid_type',
  );
}

function missing(param: string): never {
  invalid(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
}

function checkCalls(value: unknown, path: string): void {
  if (!Array.isArray(value)) wrongType(path, 'array', value);
  if (value.length === 0) {
    invalid(
      `Invalid '${path}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
      path,
      'empty_array',
    );
  }
  value.forEach((call, i) => {
    const at = `${path}[${i}]`;
    if (!isObject(call)) wrongType(at, 'object', call);
    if (typeof call.id !== 'string' || call.id === '') missing(`${at}.id`);
    if (call.type !== 'function') missing(`${at}.type`);
    if (!isObject(call.function)) missing(`${at}.function`);
    const { name, arguments: json } = call.function;
    if (typeof name !== 'string') missing(`${at}.function.name`);
    if (typeof json !== 'string') wrongType(`${at}.function.arguments`, 'string', json);
  });
}

function checkContent(message: JsonObject, path: string): void {
  const { role, content } = message;
  if (content === undefined || content === null) {
    if (role === 'assistant' && message.tool_calls !== undefined) return;
    invalid(`Invalid value for 'content': expected a string, got null.`, `${path}.content`);
  }
  if (typeof content === 'string') return;
  if (!Array.isArray(content)) wrongType(`${path}.content`, 'string', content);
  content.forEach((part, i) => {
    if (!isObject(part) || typeof part.type !== 'string') missing(`${path}.content[${i}].type`);
  });
}

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'];

/** Every call is answered by a `tool` message before anything else is said, and nothing else is. */
function checkPairs(messages: readonly JsonObject[]): void {
  let open: string[] = [];
  const unanswered = (param: string): never =>
    invalid(
      `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(', ')}`,
      param,
    );
  messages.forEach((message, i) => {
    if (message.role === 'tool') {
      const id = message.tool_call_id;
      if (typeof id !== 'string') missing(`messages[${i}].tool_call_id`);
      if (!open.includes(id)) {
        invalid(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          `messages.[${i}].role`,
        );
      }
      open = open.filter((other) => other !== id);
      return;
    }
    if (open.length > 0) unanswered(`messages.[${i}].role`);
    const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
    open = calls.map(({ id }) => String(id));
  });
  if (open.length > 0) unanswered(`messages.[${messages.length}].role`);
}

function checkMessages(value: unknown): void {
  if (value === undefined) missing('messages');
  if (!Array.isArray(value)) wrongType('messages', 'array', value);
  if (value.length === 0) {
    invalid(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'messages',
      'empty_array',
    );
  }
  value.forEach((message, i) => {
    const path = `messages[${i}]`;
    if (!isObject(message)) wrongType(path, 'object', message);
    if (!ROLES.includes(String(message.role))) {
      invalid(
        `Invalid value: '${String(message.role)}'. Supported values are: ${ROLES.map((role) => `'${role}'`).join(', ')}.`,
        `${path}.role`,
        'invalid_value',
      );
    }
    if (message.tool_calls !== undefined) {
      if (message.role !== 'assistant') {
        invalid(
          `Unknown parameter: '${path}.tool_calls'.`,
          `${path}.tool_calls`,
          'unknown_parameter',
        );
      }
      checkCalls(message.tool_calls, `${path}.tool_calls`);
    }
    checkContent(message, path);
  });
  checkPairs(value);
}

function checkTools(body: JsonObject): void {
  const { tools } = body;
  if (tools === undefined) {
    for (const param of ['tool_choice', 'parallel_tool_calls']) {
      if (body[param] !== undefined) {
        invalid(
          `Invalid value for '${param}': '${param}' is only allowed when 'tools' are specified.`,
          param,
        );
      }
    }
    return;
  }
  if (!Array.isArray(tools)) wrongType('tools', 'array', tools);
  if (tools.length === 0) {
    invalid(
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'tools',
      'empty_array',
    );
  }
  tools.forEach((tool, i) => {
    const path = `tools[${i}]`;
    if (!isObject(tool) || tool.type !== 'function') missing(`${path}.type`);
    if (!isObject(tool.function)) missing(`${path}.function`);
    const { name, parameters } = tool.function;
    if (typeof name !== 'string') missing(`${path}.function.name`);
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
      invalid(
        `Invalid '${path}.function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        `${path}.function.name`,
        'invalid_value',
      );
    }
    if (parameters !== undefined && (!isObject(parameters) || parameters.type !== 'object')) {
      const type = isObject(parameters)
        ? JSON.stringify(parameters.type ?? null)
        : kind(parameters);
      invalid(
        `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"', got 'type: ${type}'.`,
        `${path}.function.parameters`,
        'invalid_function_parameters',
      );
    }
  });
}

function checkNumbers(body: JsonObject): void {
  for (const param of ['max_tokens', 'max_completion_tokens']) {
    const value = body[param];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'number' || !Number.isInteger(value)) wrongType(param, 'integer', value);
    if (value < 1) {
      invalid(
        `Invalid '${param}': integer below minimum value. Expected a value >= 1, but got ${value} instead.`,
        param,
        'integer_below_min_value',
      );
    }
  }
  if (body.max_tokens !== undefined && body.max_completion_tokens !== undefined) {
    invalid(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      'max_tokens',
    );
  }
  const { temperature } = body;
  if (typeof temperature === 'number' && (temperature < 0 || temperature > 2)) {
    invalid(
      `Invalid 'temperature': expected a value between 0 and 2, but got ${temperature} instead.`,
      'temperature',
      'decimal_out_of_range',
    );
  }
}

/**
 * Refuses what the first server of this protocol refuses, with its words.
 *
 * @throws {ChatError} 400 for the first rule broken
 */
export function validateChat(parsed: unknown): ChatBody {
  if (!isObject(parsed)) invalid('The request body must be a JSON object.', null);
  if (typeof parsed.model !== 'string') invalid('you must provide a model parameter', null);
  for (const key of Object.keys(parsed)) {
    if (!FIELDS.includes(key)) {
      invalid(`Unrecognized request argument supplied: ${key}`, null);
    }
  }
  checkMessages(parsed.messages);
  checkTools(parsed);
  checkNumbers(parsed);
  if (parsed.stream_options !== undefined && parsed.stream !== true) {
    invalid(
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      'stream_options',
    );
  }
  return parsed as ChatBody;
}
