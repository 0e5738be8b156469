import type { Transport } from './faults.ts';
import { byConversation, type TurnLike } from './script.ts';
import { startMessagesApi } from './server.ts';

export interface StandaloneConfig {
  /** Given in order, whatever the conversation. */
  readonly turns?: readonly TurnLike[];
  /** Or by conversation, so that several can go on at once: see `byConversation`. */
  readonly conversations?: Parameters<typeof byConversation>[0];
  readonly apiKey?: string;
  readonly port?: number;
  readonly transport?: Transport;
}

/**
 * Runs the server in a process of its own: prints one line of JSON, `{"url", "apiKey"}`, and serves until its standard
 * input ends.
 */
export async function runStandalone(config: StandaloneConfig): Promise<void> {
  const { turns, conversations = [], ...rest } = config;
  const script = turns ?? byConversation(conversations);
  const server = await startMessagesApi({ ...rest, turns: script, keepBodies: false });
  process.stdout.write(`${JSON.stringify({ url: server.url, apiKey: server.apiKey })}\n`);
  process.stdin.resume();
  process.stdin.once('end', () => void server.close());
}
