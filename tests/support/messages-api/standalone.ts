import type { TurnLike } from './script.ts';
import { startMessagesApi } from './server.ts';

/**
 * Starts the server in a process of its own and prints one line of JSON, `{"url", "apiKey"}`. It runs until its
 * standard input ends.
 *
 * `turns`: a JSON file, `{"turns": [...], "apiKey"?, "port"?}`.
 */
export async function runStandalone(config: {
  readonly turns: readonly TurnLike[];
  readonly apiKey?: string;
  readonly port?: number;
}): Promise<void> {
  const server = await startMessagesApi({ ...config, keepBodies: false });
  process.stdout.write(`${JSON.stringify({ url: server.url, apiKey: server.apiKey })}\n`);
  process.stdin.resume();
  process.stdin.once('end', () => void server.close());
}
