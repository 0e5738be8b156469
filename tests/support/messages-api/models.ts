import type Anthropic from '@anthropic-ai/sdk';
import { ApiError } from './errors.ts';

type ThinkingType = 'adaptive' | 'enabled' | 'disabled' | 'between_tools';

/** A model as the catalogue lists it, and what the catalogue does not say but the service enforces. */
export interface ServedModel {
  readonly info: Anthropic.ModelInfo;
  /** Fewer tokens than this in a prefix are not cached, without a word. */
  readonly minimumCachedTokens: number;
  /** Thinking blocks are refused when anything before them changed. */
  readonly bindsThinking: boolean;
  /** `tool_choice` `any` and `tool` are accepted. */
  readonly forcedToolChoice: boolean;
  /** A last message of the assistant is continued. */
  readonly prefill: boolean;
  /** Whether thinking text is sent when the request does not set `thinking.display`. */
  readonly display: 'summarized' | 'omitted';
}

const yes = { supported: true };
const no = { supported: false };
const support = (supported: boolean) => (supported ? yes : no);

interface Row {
  id: string;
  name: string;
  line: Anthropic.ModelLine;
  created: string;
  context: number;
  output: number;
  thinking: readonly ThinkingType[];
  effort: readonly ('low' | 'medium' | 'high' | 'xhigh' | 'max')[];
  minimum: number;
  bound: boolean;
  forced: boolean;
}

const ALL_EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
const NEW = { context: 1_000_000, output: 128_000, effort: ALL_EFFORTS, minimum: 512 } as const;
const BOUND = { ...NEW, bound: true, forced: false } as const;

const ROWS: readonly Row[] = [
  {
    id: 'claude-haiku-5-5',
    name: 'Claude Haiku 5.5',
    line: 'haiku',
    created: '2026-10-15T00:00:00Z',
    thinking: ['adaptive', 'between_tools'],
    ...BOUND,
  },
  {
    id: 'claude-sonnet-5-5',
    name: 'Claude Sonnet 5.5',
    line: 'sonnet',
    created: '2026-10-01T00:00:00Z',
    thinking: ['adaptive', 'between_tools'],
    ...BOUND,
  },
  {
    id: 'claude-opus-5-5',
    name: 'Claude Opus 5.5',
    line: 'opus',
    created: '2026-09-22T00:00:00Z',
    thinking: ['adaptive'],
    ...BOUND,
  },
  {
    id: 'claude-fable-5-1',
    name: 'Claude Fable 5.1',
    line: 'fable',
    created: '2026-09-01T00:00:00Z',
    thinking: ['adaptive'],
    ...BOUND,
  },
  {
    id: 'claude-opus-5',
    name: 'Claude Opus 5',
    line: 'opus',
    created: '2026-07-24T00:00:00Z',
    thinking: ['adaptive', 'disabled'],
    ...NEW,
    bound: false,
    forced: true,
  },
  {
    id: 'claude-haiku-4-5',
    name: 'Claude Haiku 4.5',
    line: 'haiku',
    created: '2025-10-01T00:00:00Z',
    context: 200_000,
    output: 64_000,
    thinking: ['enabled', 'disabled'],
    effort: [],
    minimum: 4096,
    bound: false,
    forced: true,
  },
];

function served(row: Row): ServedModel {
  const modern = row.minimum === 512;
  const takes = (type: ThinkingType) => support(row.thinking.includes(type));
  const effort = (level: (typeof ALL_EFFORTS)[number]) => support(row.effort.includes(level));
  return {
    minimumCachedTokens: row.minimum,
    bindsThinking: row.bound,
    forcedToolChoice: row.forced,
    prefill: !modern,
    display: modern ? 'omitted' : 'summarized',
    info: {
      type: 'model',
      id: row.id,
      display_name: row.name,
      line: row.line,
      created_at: row.created,
      lifecycle: 'active',
      deprecated_at: null,
      retires_at: null,
      max_input_tokens: row.context,
      max_tokens: row.output,
      capabilities: {
        batch: yes,
        citations: yes,
        code_execution: yes,
        context_management: {
          supported: true,
          clear_thinking_20251015: yes,
          clear_tool_uses_20250919: yes,
          // The service has it; this server does not serve it, and says so.
          compact_20260112: no,
        },
        effort: {
          supported: row.effort.length > 0,
          low: effort('low'),
          medium: effort('medium'),
          high: effort('high'),
          max: effort('max'),
          xhigh: effort('xhigh'),
        },
        image_input: yes,
        pdf_input: yes,
        server_tools: { supported: true, code_execution: yes, web_search: yes },
        structured_outputs: yes,
        thinking: {
          supported: true,
          types: {
            adaptive: takes('adaptive'),
            enabled: takes('enabled'),
            disabled: takes('disabled'),
            between_tools: takes('between_tools'),
          },
        },
      },
    },
  };
}

/** The models served unless a test brings its own, newest first as the service lists them. */
export const DEFAULT_MODELS: readonly ServedModel[] = ROWS.map(served);

/** The named default model with some properties changed, for instance a small context window. */
export function modelLike(
  id: string,
  changes: Partial<Omit<ServedModel, 'info'>> & { readonly info?: Partial<Anthropic.ModelInfo> },
): ServedModel {
  const base = findModel(DEFAULT_MODELS, id);
  const { info, ...rest } = changes;
  return { ...base, ...rest, info: { ...base.info, ...info } };
}

/** @throws {ApiError} 404 for a model that is not served */
export function findModel(models: readonly ServedModel[], id: string): ServedModel {
  const found = models.find(({ info }) => info.id === id);
  if (found === undefined) throw new ApiError(404, `model: ${id}`);
  return found;
}

/** One page of `GET /v1/models`. */
export function listModels(models: readonly ServedModel[], query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new ApiError(400, 'limit: Input should be between 1 and 1000');
  }
  const asked = [...query.getAll('lifecycle'), ...query.getAll('lifecycle[]')];
  const lifecycles = asked.length > 0 ? asked : ['active', 'deprecated'];
  const all = models.map(({ info }) => info).filter((info) => lifecycles.includes(info.lifecycle));
  const after = query.get('after_id');
  const before = query.get('before_id');
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const end = before === null ? all.length : all.findIndex(({ id }) => id === before);
  const window = all.slice(start, Math.max(start, end));
  const data = before === null ? window.slice(0, limit) : window.slice(-limit);
  return {
    data,
    has_more: window.length > data.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}
