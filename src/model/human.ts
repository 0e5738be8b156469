import { createInterface, type Interface } from 'node:readline';
import type { Observation, Turn } from '../trajectory/event.ts';
import { parseHumanInput, propertiesOf } from './human-input.ts';
import type { Message, Model, ModelRequest, ToolSchema } from './model.ts';
import { FREE } from './usage.ts';

export interface HumanTerminal {
  readonly input: NodeJS.ReadableStream;
  /** Prompts and observations; stderr, so that stdout stays the program's. */
  readonly output: NodeJS.WritableStream;
}

/** A person who types the actions. The end of the input (Ctrl-D) ends the run as refused. */
export function createHumanModel(
  terminal: HumanTerminal = { input: process.stdin, output: process.stderr },
): Model {
  const lines = new Lines(terminal);
  const { output } = terminal;
  let shown = 0;
  return {
    name: 'human',
    hasPrice: true,
    async complete(request, { signal }) {
      signal.throwIfAborted();
      output.write(newsOf(request.messages.slice(shown)));
      shown = request.messages.length;
      const typed = await ask(lines, output, request, signal);
      const n = request.messages.filter(({ role }) => role === 'assistant').length;
      return turnOf(typed, n);
    },
  };
}

type Typed = { readonly tool: string; readonly input: Record<string, unknown> } | null;

/** Asks until the person typed an action; null: the input ended. */
async function ask(
  lines: Lines,
  output: NodeJS.WritableStream,
  { tools }: ModelRequest,
  signal: AbortSignal,
): Promise<Typed> {
  let typed = '';
  for (;;) {
    const prompt = typed === '' ? 'action (help lists the tools)> ' : '... ';
    const line = await lines.next(prompt, signal);
    if (line === null) return null;
    typed = typed === '' ? line : `${typed}\n${line}`;
    if (typed.trim() === '') {
      typed = '';
      continue;
    }
    const parsed = parseHumanInput(typed, tools);
    if (parsed.kind === 'more') continue;
    if (parsed.kind === 'action') return parsed;
    output.write(parsed.kind === 'help' ? helpText(tools) : `${parsed.text}\n`);
    typed = '';
  }
}

/** Lines of a stream, kept until asked for; between two questions the stream is paused and holds no process open. */
class Lines {
  readonly #terminal: HumanTerminal;
  readonly #waiting: string[] = [];
  #interface: Interface | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(terminal: HumanTerminal) {
    this.#terminal = terminal;
  }

  /**
   * @param prompt shown before the line is awaited
   * @returns the next line without its end, null at the end of the input
   * @throws the signal's reason when it aborts first
   */
  async next(prompt: string, signal: AbortSignal): Promise<string | null> {
    const open = this.#open();
    open.setPrompt(prompt);
    if (!this.#ended) open.prompt();
    const wake = () => this.#wake?.();
    signal.addEventListener('abort', wake);
    try {
      for (;;) {
        signal.throwIfAborted();
        const line = this.#waiting.shift();
        if (line !== undefined) return line;
        if (this.#ended) return null;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', wake);
      // A pipe is read to its end at once: a paused one may end without telling.
      if (!this.#ended && isTerminal(this.#terminal.input)) open.pause();
    }
  }

  #open(): Interface {
    if (this.#interface) return this.#interface;
    const { input, output } = this.#terminal;
    const opened = createInterface({ input, output, terminal: isTerminal(input) });
    opened.on('line', (line) => {
      this.#waiting.push(line);
      this.#wake?.();
    });
    opened.on('close', () => {
      this.#ended = true;
      this.#wake?.();
    });
    // In raw mode Ctrl-C arrives as a key; it must end the run as it does everywhere else.
    opened.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    this.#interface = opened;
    return opened;
  }
}

function isTerminal(input: NodeJS.ReadableStream): boolean {
  return 'isTTY' in input && input.isTTY === true;
}

function newsOf(messages: readonly Message[]): string {
  return messages.map(newsOfMessage).join('');
}

function newsOfMessage(message: Message): string {
  if (message.role === 'user') return `\n${message.text}\n\n`;
  if (message.role === 'assistant') return '';
  return message.observations
    .map(({ text, isError }: Observation) => `\n${isError ? '[error] ' : ''}${text}\n\n`)
    .join('');
}

function helpText(tools: readonly ToolSchema[]): string {
  const list = tools.map((tool) => {
    const values = propertiesOf(tool).map(({ name, required }) => (required ? name : `[${name}]`));
    const [summary = ''] = tool.description.split('\n');
    return `  ${[tool.name, ...values].join(' ')}\n      ${summary}\n`;
  });
  return [
    ...list,
    'Type a tool and its values in this order, or name=value, or {"tool": "NAME", "input": {...}}.\n',
    'Text of several lines: end the line with <<END, type the lines, then END. Ctrl-D leaves.\n',
  ].join('');
}

function turnOf(typed: Typed, n: number): Turn {
  return {
    text: '',
    actions: typed === null ? [] : [{ id: `human_${n + 1}`, tool: typed.tool, input: typed.input }],
    usage: FREE,
    stopReason: typed === null ? 'refusal' : 'tool_use',
    ...(typed === null ? { stopDetail: 'the person left' } : {}),
    model: 'human',
    raw: null,
  };
}
