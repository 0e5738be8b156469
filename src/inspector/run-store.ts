import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { TrajectoryEvent } from '../trajectory/event.ts';
import { findTrajectories, type KnownRuns, listRuns, readRun } from '../trajectory/find-runs.ts';
import { type RecordedRun, recordedRun } from '../trajectory/formats/own-run.ts';
import { parseTrajectory } from '../trajectory/reader.ts';
import type { RunSummary } from '../trajectory/run-summary.ts';

/** Runs kept in memory; an opened one stays until this many others were opened. */
const KEPT_RUNS = 4;

/** A run in the list: an id that says nothing of the file system, its place under the folder, what it sums up to. */
export interface StoredRun {
  readonly id: string;
  readonly place: string;
  readonly summary: RunSummary;
}

interface Loaded {
  /** Of a file of ours: every event so far and the bytes they took. */
  readonly events: TrajectoryEvent[];
  bytes: number;
  run: RecordedRun;
}

/** The runs under one folder, read when they are asked for and read on as they grow. */
export class RunStore {
  readonly #folder: string;
  readonly #files = new Map<string, string>();
  readonly #loaded = new Map<string, Loaded>();
  readonly #known: KnownRuns = new Map();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns every run under the folder, and the files that could not be read */
  async list(): Promise<{ runs: StoredRun[]; problems: { place: string; problem: string }[] }> {
    const { runs, problems } = await listRuns(this.#folder, this.#known);
    return {
      runs: runs.map(({ file, summary }) => ({
        id: this.#idOf(file),
        place: relative(this.#folder, file),
        summary,
      })),
      problems: problems.map(({ file, problem }) => ({
        place: relative(this.#folder, file),
        problem,
      })),
    };
  }

  /** @returns the run as its file has it now; null for an id that no run has */
  async get(id: string): Promise<RecordedRun | null> {
    if (!this.#files.has(id)) {
      for (const file of (await findTrajectories(this.#folder)).files) this.#idOf(file);
    }
    const file = this.#files.get(id);
    if (file === undefined) return null;
    const known = this.#loaded.get(id);
    this.#loaded.delete(id);
    const loaded = await this.#load(file, known);
    this.#loaded.set(id, loaded);
    for (const old of [...this.#loaded.keys()].slice(0, -KEPT_RUNS)) this.#loaded.delete(old);
    return loaded.run;
  }

  /** @returns the run's file size; null when the id or the file is gone */
  async size(id: string): Promise<number | null> {
    const file = this.#files.get(id);
    if (file === undefined) return null;
    return stat(file).then(
      ({ size }) => size,
      () => null,
    );
  }

  async #load(file: string, known: Loaded | undefined): Promise<Loaded> {
    if (!file.endsWith('.jsonl')) {
      return known ?? { events: [], bytes: 0, run: await readRun(file) };
    }
    const { size } = await stat(file);
    // A resumed run cuts its file before it goes on.
    const from = known && size >= known.bytes ? known.bytes : 0;
    if (known && from === size) return known;
    const read = parseTrajectory(await readFrom(file, from, size));
    const next = read.events[0]?.seq;
    if (from > 0 && next !== undefined && next !== known?.events.length) {
      return this.#load(file, undefined);
    }
    const events = from > 0 ? (known?.events ?? []) : [];
    for (const event of read.events) events.push(event);
    return { events, bytes: from + read.wholeBytes, run: recordedRun(events) };
  }

  #idOf(file: string): string {
    const id = createHash('sha256').update(file).digest('hex').slice(0, 16);
    this.#files.set(id, file);
    return id;
  }
}

async function readFrom(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(to - from);
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await file.close();
  }
}
