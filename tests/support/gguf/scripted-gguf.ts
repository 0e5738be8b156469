import { encodeGguf, type GgufTensor } from './gguf-file.ts';

const UNKNOWN = 0;
const BEGIN = 1;
const END = 2;
const BYTES = 3;
/** The first token of an answer. */
const ANSWERS = BYTES + 256;

/** Places in a token's vector. */
const EMBEDDING = 128;
const ALWAYS = 0;
/** One place for each answer, from here on: "this token is answer k". */
const IS = 1;
const IS_OTHER = 62;
/** The pair that the position hardly turns; the head compares tokens here. */
const COMPARED = EMBEDDING - 2;
/** One place for each answer: "answer k is the last one in the conversation". */
const SEEN = 64;
const MAX_ANSWERS = 60;

/**
 * A language model that gives a list of answers in order, as a file of weights: a transformer of one layer and one
 * head with a vocabulary of bytes, and one token for each whole answer. The head looks for the latest answer in the
 * conversation, the output layer names the one after it. About 0.3 MB.
 *
 * @param answers texts, at most 60, no two the same; the last one is given again and again
 * @param contextTokens the longest conversation, in bytes of its text
 */
export function scriptedGguf(answers: readonly string[], contextTokens = 65_536): Buffer {
  if (answers.length < 1 || answers.length > MAX_ANSWERS) throw new Error('1 to 60 answers');
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${hex(i)}>`);
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...answers];
  const types = [2, 3, 3, ...bytes.map(() => 6), ...answers.map(() => 4)];
  return encodeGguf(
    {
      'general.architecture': { string: 'llama' },
      'general.name': { string: 'scripted' },
      'llama.context_length': { u32: contextTokens },
      'llama.embedding_length': { u32: EMBEDDING },
      'llama.block_count': { u32: 1 },
      'llama.feed_forward_length': { u32: 32 },
      'llama.attention.head_count': { u32: 1 },
      'llama.attention.head_count_kv': { u32: 1 },
      'llama.attention.layer_norm_rms_epsilon': { f32: 1e-6 },
      'llama.rope.dimension_count': { u32: EMBEDDING },
      'llama.rope.freq_base': { f32: 1e12 },
      'llama.vocab_size': { u32: tokens.length },
      'tokenizer.ggml.model': { string: 'llama' },
      'tokenizer.ggml.tokens': { strings: tokens },
      'tokenizer.ggml.scores': { f32s: tokens.map(() => 0) },
      'tokenizer.ggml.token_type': { i32s: types },
      'tokenizer.ggml.unknown_token_id': { u32: UNKNOWN },
      'tokenizer.ggml.bos_token_id': { u32: BEGIN },
      'tokenizer.ggml.eos_token_id': { u32: END },
      'tokenizer.ggml.add_space_prefix': { bool: false },
    },
    weights(tokens.length, answers.length),
  );
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

function weights(vocabulary: number, answers: number): GgufTensor[] {
  const embedding = matrix('token_embd.weight', EMBEDDING, vocabulary);
  const query = matrix('blk.0.attn_q.weight', EMBEDDING, EMBEDDING);
  const key = matrix('blk.0.attn_k.weight', EMBEDDING, EMBEDDING);
  const value = matrix('blk.0.attn_v.weight', EMBEDDING, EMBEDDING);
  const result = matrix('blk.0.attn_output.weight', EMBEDDING, EMBEDDING);
  const output = matrix('output.weight', EMBEDDING, vocabulary);
  for (let token = 0; token < vocabulary; token++) {
    embedding.set(ALWAYS, token, 1);
    embedding.set(token >= ANSWERS ? IS + token - ANSWERS : IS_OTHER, token, 1);
  }
  query.set(ALWAYS, COMPARED, 8);
  for (let k = 0; k < answers; k++) {
    // A later answer draws all attention; its place then shows in the result.
    key.set(IS + k, COMPARED, k + 1);
    value.set(IS + k, IS + k, 1);
    result.set(IS + k, SEEN + k, 1);
    output.set(SEEN + k, ANSWERS + Math.min(k + 1, answers - 1), 20);
    output.set(IS_OTHER, ANSWERS + k, k === 0 ? 5 : 1);
    output.set(IS + k, END, 200);
  }
  return [
    embedding.tensor,
    ones('blk.0.attn_norm.weight'),
    query.tensor,
    key.tensor,
    value.tensor,
    result.tensor,
    ones('blk.0.ffn_norm.weight'),
    matrix('blk.0.ffn_gate.weight', EMBEDDING, 32).tensor,
    matrix('blk.0.ffn_up.weight', EMBEDDING, 32).tensor,
    matrix('blk.0.ffn_down.weight', 32, EMBEDDING).tensor,
    ones('output_norm.weight'),
    output.tensor,
  ];
}

function ones(name: string): GgufTensor {
  return { name, dims: [EMBEDDING], data: new Float32Array(EMBEDDING).fill(1) };
}

/** A linear map; `set(i, o, x)` adds x times input i to output o. */
function matrix(name: string, inputs: number, outputs: number) {
  const data = new Float32Array(inputs * outputs);
  const tensor: GgufTensor = { name, dims: [inputs, outputs], data };
  return {
    tensor,
    set(input: number, out: number, weight: number) {
      data[out * inputs + input] = weight;
    },
  };
}
