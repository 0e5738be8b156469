import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { withFreshStart } from '../../src/model/fresh-start.ts';
import { createGgufModel } from '../../src/model/gguf.ts';
import { listModels, pullModel, removeModel } from '../../src/model/gguf-files.ts';
import { callSchema, grammarSchema, withoutNulls } from '../../src/model/gguf-schema.ts';
import { installCommand, loadLlamaLibrary } from '../../src/model/llama-library.ts';
import { llamaLibraryFolder } from '../support/gguf/library.ts';
import { scriptedGguf } from '../support/gguf/scripted-gguf.ts';
import { converse, never, opening, TOOLS } from './converse.ts';

let libraryFolder = '';
let folder = '';
beforeAll(async () => {
  libraryFolder = await llamaLibraryFolder();
  folder = await mkdtemp(join(tmpdir(), 'gguf-'));
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

/** An answer in the form that the grammar asks for. */
const says = (thought: string, tool: string, input: unknown) =>
  JSON.stringify({ thought, action: { tool, input } });

const ANSWERS = [
  says('I look.', 'view', { path: 'ä.py', line: null }),
  says('I run "it".', 'bash', { command: 'sed -i "s/a/b/" x.py\nls', timeout: 3.5 }),
  says('Done.', 'submit', {}),
];

async function save(name: string, answers: readonly string[] = ANSWERS, context = 4_096) {
  const path = join(folder, name);
  await writeFile(path, scriptedGguf(answers, context));
  return path;
}

describe('a model in the process', () => {
  test('answers with calls, turn by turn', async () => {
    const path = await save('calls.gguf');
    const lines: string[] = [];
    const model = await createGgufModel({
      model: path,
      folder,
      libraryFolder,
      threads: 1,
      onProgress: (line) => lines.push(line),
    });
    expect(model.name).toBe('gguf:calls.gguf');
    expect(lines).toEqual(['loading calls.gguf']);
    const turns = await converse(model, { turns: 4 });
    expect(turns.map(({ actions }) => actions)).toEqual([
      [{ id: 'call_1_1', tool: 'view', input: { path: 'ä.py' } }],
      [
        {
          id: 'call_2_1',
          tool: 'bash',
          input: { command: 'sed -i "s/a/b/" x.py\nls', timeout: 3.5 },
        },
      ],
      [{ id: 'call_3_1', tool: 'submit', input: {} }],
      [{ id: 'call_4_1', tool: 'submit', input: {} }],
    ]);
    expect(turns[1]).toMatchObject({ text: 'I run "it".', stopReason: 'tool_use' });
    const [first, second] = turns.map(({ usage }) => usage);
    expect(first?.costUsd).toBe(0);
    expect(first?.cacheReadTokens).toBeLessThan(2);
    expect(first?.inputTokens).toBeGreaterThan(500);
    expect(second?.cacheReadTokens).toBeGreaterThan(first?.inputTokens ?? 0);
    expect(second?.inputTokens).toBeLessThan(300);
  });

  test('goes on from a trajectory', async () => {
    const path = await save('calls.gguf');
    const request = opening();
    const make = () => createGgufModel({ model: path, folder, libraryFolder, threads: 1 });
    await converse(await make(), { turns: 1, request });
    const turn = await (await make()).complete(JSON.parse(JSON.stringify(request)), {
      signal: never,
    });
    expect(turn.actions[0]?.tool).toBe('bash');
  });

  test('a model that will not call is held to the form of a call, and what it breaks off is none', async () => {
    const path = await save('wrong.gguf', ['I would rather talk.']);
    const model = await createGgufModel({
      model: path,
      folder,
      libraryFolder,
      threads: 1,
      maxOutputTokens: 24,
    });
    const turn = await model.complete(opening(), { signal: never });
    expect(turn.text).toMatch(/^\{\s*"thought": ?"I would rather talk\./);
    expect(turn).toMatchObject({ stopReason: 'max_tokens', actions: [] });
  });

  test('an abort ends the writing with its reason', async () => {
    const path = await save('endless.gguf', ['I would rather talk.']);
    const model = await createGgufModel({
      model: path,
      folder,
      libraryFolder,
      threads: 1,
      maxOutputTokens: 30_000,
    });
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    const pending = model.complete(opening(), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 100);
    await expect(pending).rejects.toBe(reason);
  });

  test('a conversation that does not fit is told, and goes on afresh', async () => {
    const path = await save('small.gguf', ANSWERS, 4_096);
    const model = await createGgufModel({ model: path, folder, libraryFolder, threads: 1 });
    expect(model.contextTokens).toBe(4_096);
    const long = opening('x'.repeat(5_000));
    await expect(model.complete(long, { signal: never })).rejects.toMatchObject({
      kind: 'context_window',
    });
    const progress: string[] = [];
    const turns = await converse(withFreshStart(model), {
      turns: 6,
      run: () => 'y'.repeat(700),
      onProgress: (line) => progress.push(line),
    });
    expect(turns.every(({ actions }) => actions.length === 1)).toBe(true);
    expect(progress[0]).toMatch(/^the conversation is full/);
  });
});

describe('what is missing', () => {
  test('the package: one sentence with the command', async () => {
    const none = createGgufModel({ model: 'x.gguf', folder, libraryFolder: folder });
    await expect(none).rejects.toThrow(UsageError);
    await expect(none).rejects.toThrow(
      `gguf models need the package node-llama-cpp, which is not installed: ${installCommand()}`,
    );
    expect(installCommand('linux-x64')).toBe(
      'npm i --omit=optional --ignore-scripts node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1',
    );
    expect(installCommand('darwin-arm64')).toContain('@node-llama-cpp/mac-arm64-metal@3.22.1');
  });

  test.each([
    ['the file', 'none.gguf', /no model file none\.gguf/],
    ['the network', 'http://127.0.0.1:9/none.gguf', /none\.gguf cannot be downloaded/],
  ])('%s', async (_name, model, words) => {
    const none = createGgufModel({ model, folder, libraryFolder });
    await expect(none).rejects.toThrow(UsageError);
    await expect(none).rejects.toThrow(words);
  });

  test('a file that is no model', async () => {
    await writeFile(join(folder, 'text.gguf'), 'no model');
    const none = createGgufModel({ model: 'text.gguf', folder, libraryFolder });
    await expect(none).rejects.toThrow(/text\.gguf cannot be loaded/);
  });
});

describe('the models folder', () => {
  let server: Server;
  let url = '';
  const models = () => join(folder, 'models');
  beforeAll(async () => {
    const file = scriptedGguf(ANSWERS);
    server = createServer((request, response) => {
      if (!request.url?.endsWith('/tiny.gguf')) return void response.writeHead(404).end();
      const range = /bytes=(\d+)-(\d+)?/.exec(request.headers.range ?? '');
      const from = Number(range?.[1] ?? 0);
      const to = Math.min(Number(range?.[2] ?? file.length - 1), file.length - 1);
      response.writeHead(range ? 206 : 200, {
        'content-length': to - from + 1,
        'accept-ranges': 'bytes',
        ...(range ? { 'content-range': `bytes ${from}-${to}/${file.length}` } : {}),
      });
      response.end(request.method === 'HEAD' ? undefined : file.subarray(from, to + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny.gguf`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('takes a model from an address, with progress; lists, runs and removes it', async () => {
    expect(await listModels(models())).toEqual([]);
    const library = await loadLlamaLibrary(libraryFolder);
    const lines: string[] = [];
    const path = await pullModel(library, url, {
      folder: models(),
      onProgress: (line) => lines.push(line),
    });
    expect(lines.at(-1)).toMatch(/^downloading http.*tiny\.gguf: 100 % of 0\.\d MB$/);
    expect(await pullModel(library, url, { folder: models() })).toBe(path);
    const [found, ...others] = await listModels(models());
    expect(others).toEqual([]);
    expect(found).toMatchObject({ path, bytes: scriptedGguf(ANSWERS).length });
    const name = found?.name ?? '';
    const model = await createGgufModel({ model: name, folder: models(), libraryFolder });
    expect((await converse(model, { turns: 1 }))[0]?.actions[0]?.tool).toBe('view');
    await removeModel(models(), name);
    expect(await listModels(models())).toEqual([]);
  });

  test('an address without a model, and a name that is not there', async () => {
    const library = await loadLlamaLibrary(libraryFolder);
    await expect(
      pullModel(library, url.replace('tiny', 'none'), { folder: models() }),
    ).rejects.toThrow(/none\.gguf cannot be downloaded/);
    await expect(removeModel(models(), '../calls.gguf')).rejects.toThrow(/no model "\.\.\/calls/);
    expect(await readdir(models())).toEqual([]);
  });

  test('the parts of a split model are one', async () => {
    const parts = join(folder, 'parts');
    await import('node:fs/promises').then(({ mkdir }) => mkdir(parts));
    for (const i of [1, 2, 3]) await writeFile(join(parts, `big-0000${i}-of-00003.gguf`), 'xx');
    await writeFile(join(parts, 'other.gguf'), 'x');
    expect(await listModels(parts)).toMatchObject([
      { name: 'big-00001-of-00003.gguf', bytes: 6 },
      { name: 'other.gguf', bytes: 1 },
    ]);
    await removeModel(parts, 'big-00001-of-00003.gguf');
    expect(await readdir(parts)).toEqual(['other.gguf']);
  });
});

describe('schemas for grammars', () => {
  const edit = {
    type: 'object',
    properties: {
      path: { type: 'string', minLength: 1 },
      range: { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 2, maxItems: 2 },
      kind: { enum: ['a', 'b'] },
      where: {
        anyOf: [{ type: 'string' }, { type: 'object', properties: { n: { type: 'number' } } }],
      },
      flags: { type: 'object', additionalProperties: { type: 'boolean' } },
    },
    required: ['path'],
  };

  test('require everything, and allow null for what may be left out', () => {
    expect(grammarSchema(edit)).toEqual({
      type: 'object',
      properties: {
        path: { type: 'string' },
        range: {
          oneOf: [
            { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 },
            { type: 'null' },
          ],
        },
        kind: { oneOf: [{ enum: ['a', 'b'] }, { type: 'null' }] },
        where: {
          oneOf: [
            {
              oneOf: [
                { type: 'string' },
                { type: 'object', properties: { n: { type: ['number', 'null'] } } },
              ],
            },
            { type: 'null' },
          ],
        },
        flags: {
          oneOf: [
            { type: 'object', properties: {}, additionalProperties: { type: 'boolean' } },
            { type: 'null' },
          ],
        },
      },
    });
    expect(callSchema(TOOLS)).toMatchObject({
      properties: { action: { oneOf: [{ properties: { tool: { const: 'view' } } }, {}, {}] } },
    });
  });

  test('nulls are taken out again, but for values that may be null', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'string' },
        b: { type: ['string', 'null'] },
        c: { type: 'array', items: edit },
      },
      required: ['b'],
    };
    expect(
      withoutNulls(schema, { a: null, b: null, c: [{ path: 'x', range: null, kind: 'a' }] }),
    ).toEqual({ b: null, c: [{ path: 'x', kind: 'a' }] });
  });
});
