import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ChatApiOptions, ChatService, type RecordedChat } from './service.ts';

export type { ChatApiOptions };

export interface ChatApi {
  /** The base URL as clients of this protocol want it, ending in `/v1`. */
  readonly url: string;
  readonly apiKey: string;
  /** The `POST /v1/chat/completions` requests in order of arrival. */
  readonly requests: readonly RecordedChat[];
  /** All other requests. */
  readonly lookups: readonly RecordedChat[];
  /** How many turns were given. */
  readonly turnsGiven: number;
  close(): Promise<void>;
}

/**
 * Starts a server of chat completions on loopback, with the manners of the dialect given, answering from a script.
 *
 * @returns its address, what it was asked, and how to end it
 */
export async function startChatApi(options: ChatApiOptions): Promise<ChatApi> {
  const service = new ChatService(options);
  const server = createServer((request, response) => {
    void service.handle(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    apiKey: service.apiKey,
    requests: service.requests,
    lookups: service.lookups,
    get turnsGiven() {
      return service.turnsGiven;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
