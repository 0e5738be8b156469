import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { packageRoot } from '../../package-root.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { Learned } from './pool.ts';
import { ScratchFolder } from './scratch-folder.ts';

const POLL_MS = 5;
/** A worker lives no longer than this, whatever happens to the process that asked for it. */
const LIFE_MS = 3 * 3_600_000;

/** One answer of a worker: id, kind, improved, broken, behaviour. */
const Line = z.tuple([z.number(), z.string(), z.number(), z.number()]).rest(z.array(z.string()));
const Failed = z.object({ error: z.string() });

export interface WorkerOptions {
  readonly workspace: Workspace;
  /** Name of the folder in the workspace's scratch. */
  readonly name: string;
  /** Script first; all are copied from `src/repair/pool`. */
  readonly scripts: readonly string[];
  /** Program and options before the script. */
  readonly program: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** Answers what the worker asks for; see module-loader.cjs. */
  readonly answer?: (request: unknown) => Promise<unknown>;
}

/** A process that loads the tests once and tries candidates on them; talks through files of a scratch folder. */
export class Worker {
  private readonly folder: ScratchFolder;
  private readonly options: WorkerOptions;
  private batches = 0;
  private readonly answered = new Set<string>();
  private readonly placed = new Set<string>();
  private ended = false;
  private isBusy = false;
  private output = '';
  private readonly done: Promise<void>;
  private readonly kill = new AbortController();

  private constructor(options: WorkerOptions, folder: ScratchFolder) {
    this.options = options;
    this.folder = folder;
    this.done = this.live();
  }

  /** Starts the worker; `learned` resolves when the tests are loaded. */
  static async start(options: WorkerOptions, known?: Learned): Promise<Worker> {
    const folder = await ScratchFolder.create(options.workspace, options.name);
    for (const script of options.scripts) {
      await folder.put(
        basename(script),
        readFileSync(join(packageRoot, 'src/repair/pool', script), 'utf8'),
      );
    }
    await folder.put('config.json', JSON.stringify(options.config));
    if (known) await folder.put('ready.json', JSON.stringify(known));
    return new Worker(options, folder);
  }

  private async live(): Promise<void> {
    const { workspace, program, scripts, env, cwd, signal } = this.options;
    const script = `${this.folder.inside}/${basename(scripts[0] ?? '')}`;
    try {
      const result = await workspace.exec([...program, script, this.folder.inside], {
        timeoutMs: LIFE_MS,
        signal: AbortSignal.any([signal, this.kill.signal]),
        maxBytes: 64 << 10,
        ...(env ? { env } : {}),
        ...(cwd === undefined ? {} : { cwd }),
      });
      this.output = result.output;
    } finally {
      this.ended = true;
    }
  }

  /**
   * Waits until the tests are loaded.
   *
   * @throws {Error} when they cannot be, with the worker's own words
   */
  async learned(): Promise<Learned> {
    for (;;) {
      const ready = await this.folder.read('ready.json');
      if (ready) return Learned.parse(JSON.parse(ready.toString('utf8')));
      const failed = await this.folder.read('failed.json');
      if (failed) throw new Error(Failed.parse(JSON.parse(failed.toString('utf8'))).error);
      if (this.ended) throw new Error(`the worker ended: ${this.output.slice(-2000)}`);
      await this.serve();
    }
  }

  /**
   * Sends one batch and tells each answer; resolves when all are told or the worker ended. After an abort the worker
   * may still be busy and takes no other batch.
   */
  async run(
    batch: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    told: (
      id: number,
      kind: string,
      improved: number,
      broken: number,
      behaviour?: readonly string[],
    ) => void,
  ): Promise<void> {
    const number = this.batches++;
    await this.folder.put(`batch-${number}.json`, JSON.stringify(batch));
    let offset = 0;
    let rest = '';
    for (;;) {
      const ended = this.ended;
      const chunk = await this.folder.read(`results-${number}.jsonl`, offset);
      if (chunk && chunk.length > 0) {
        offset += chunk.length;
        const lines = (rest + chunk.toString('utf8')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line === 'end') return;
          const parsed = Line.safeParse(parseJson(line));
          if (parsed.success) told(...parsed.data);
        }
      } else if (ended) {
        return;
      } else if (signal.aborted) {
        this.isBusy = true;
        return;
      } else {
        await this.serve();
      }
    }
  }

  /** Puts a file beside the batches, once. */
  async put(name: string, content: string): Promise<void> {
    if (this.placed.has(name)) return;
    this.placed.add(name);
    await this.folder.put(name, content);
  }

  /** False: takes no batch any more. */
  get isAlive(): boolean {
    return !this.ended && !this.isBusy;
  }

  /** Ends the worker and removes its folder. */
  async stop(): Promise<void> {
    if (!this.ended) await this.folder.put('stop', '').catch(() => {});
    for (let waited = 0; !this.ended && waited < 500; waited += POLL_MS) await sleep(POLL_MS);
    this.kill.abort();
    await this.done.catch(() => {});
    await this.folder.remove();
  }

  /** Answers what the worker asks, then waits a little. */
  private async serve(): Promise<void> {
    const { answer } = this.options;
    if (answer) {
      for (const name of await this.folder.names()) {
        if (!/^need-\d+-\d+\.json$/.test(name)) continue;
        const request = await this.folder.read(name);
        const reply = name.replace('need', 'have');
        if (!request || this.answered.has(name)) continue;
        this.answered.add(name);
        await this.folder.put(
          reply,
          JSON.stringify(await answer(parseJson(request.toString('utf8')))),
        );
      }
    }
    await sleep(POLL_MS);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
