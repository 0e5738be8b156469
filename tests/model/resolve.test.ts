import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { MODEL_FORMS, resolveModelName } from '../../src/model/resolve.ts';

const KEY = { ANTHROPIC_API_KEY: 'x' };

describe('who decides', () => {
  const all = { flag: 'human', environment: 'repair', file: 'scripted:a.json', env: KEY };
  test.each([
    [all, 'human', 'flag', 'human: from --model'],
    [{ ...all, flag: undefined }, 'repair', 'environment', 'repair: from PATCHWRIGHT_MODEL'],
    [
      { ...all, flag: '', environment: ' ' },
      'scripted',
      'file',
      'scripted:a.json: from "model" in the configuration file',
    ],
    [
      { env: KEY },
      'anthropic',
      'auto',
      'claude-sonnet-5-5: ANTHROPIC_API_KEY is in the environment',
    ],
    [
      { env: { ANTHROPIC_AUTH_TOKEN: 'x' } },
      'anthropic',
      'auto',
      'claude-sonnet-5-5: ANTHROPIC_AUTH_TOKEN is in the environment',
    ],
    [
      { env: { ANTHROPIC_API_KEY: ' ' } },
      'repair',
      'auto',
      'repair, the built-in policy: no ANTHROPIC_API_KEY in the environment',
    ],
    [
      { flag: 'auto', environment: 'human', env: {} },
      'repair',
      'auto',
      'repair, the built-in policy: no ANTHROPIC_API_KEY in the environment',
    ],
  ] as const)('%j', (names, provider, source, why) => {
    expect(resolveModelName(names)).toMatchObject({ provider, source, why });
  });
});

describe('the forms', () => {
  const env = { ...KEY, OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1' };
  test.each([
    ['repair', 'repair', 'repair'],
    ['human', 'human', 'human'],
    ['anthropic', 'anthropic', 'claude-sonnet-5-5'],
    ['anthropic:my-deployment', 'anthropic', 'my-deployment'],
    ['claude-opus-5-5', 'anthropic', 'claude-opus-5-5'],
    ['openai:qwen/qwen3-coder:free', 'openai', 'qwen/qwen3-coder:free'],
    ['gguf:models/a.gguf', 'gguf', 'models/a.gguf'],
    ['gguf:hf:user/repo:Q4_K_M', 'gguf', 'hf:user/repo:Q4_K_M'],
    ['scripted:C:\\a.json', 'scripted', 'C:\\a.json'],
    ['recorded:run.jsonl', 'recorded', 'run.jsonl'],
  ])('%s', (flag, provider, name) => {
    expect(resolveModelName({ flag, env })).toMatchObject({ provider, name, source: 'flag' });
  });

  test.each([
    'gpt-5',
    'repair:x',
    'human:x',
    'scripted:',
    'openai:',
    'openai',
    'anthropic:',
    'gguf',
    ':x',
  ])('%s is none, and all forms are listed', (flag) => {
    const resolve = () => resolveModelName({ flag, env });
    expect(resolve).toThrow(UsageError);
    for (const form of MODEL_FORMS) expect(resolve).toThrow(form);
    expect(resolve).toThrow(/^--model: /);
  });

  test.each([
    ['claude-opus-5-5', 'ANTHROPIC_API_KEY'],
    ['anthropic', 'ANTHROPIC_API_KEY'],
    ['openai:gpt-oss', 'OPENAI_BASE_URL'],
  ])('%s without a key or address names what to set', (file, variable) => {
    const resolve = () => resolveModelName({ file, env: {} });
    expect(resolve).toThrow(UsageError);
    expect(resolve).toThrow(variable);
  });
});
