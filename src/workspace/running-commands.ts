import { ToolError } from '../errors.ts';
import type { ExecResult } from './workspace.ts';

/** The commands of one workspace that have not ended yet. */
export class RunningCommands {
  private readonly running = new Map<AbortController, Promise<unknown>>();
  private closed = false;

  /**
   * @param signal of the caller
   * @param start starts a command that ends when the signal it is given aborts
   */
  async run(
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<ExecResult>,
  ): Promise<ExecResult> {
    if (this.closed) throw new ToolError('The workspace is closed; no command can run in it.');
    signal?.throwIfAborted();
    const stop = new AbortController();
    const forward = () => stop.abort(signal?.reason);
    signal?.addEventListener('abort', forward, { once: true });
    const result = start(stop.signal);
    this.running.set(stop, result);
    try {
      return await result;
    } finally {
      this.running.delete(stop);
      signal?.removeEventListener('abort', forward);
    }
  }

  /** Ends what runs, and waits for that. Nothing can be run any more. */
  async close(): Promise<void> {
    this.closed = true;
    for (const stop of this.running.keys()) stop.abort(new Error('the workspace was closed'));
    await Promise.allSettled(this.running.values());
  }
}
