import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MessagesApiOptions, type RecordedRequest, Service } from './service.ts';

export type { MessagesApiOptions };

export interface MessagesApi {
  /** For `ANTHROPIC_BASE_URL`, without a path. */
  readonly url: string;
  readonly apiKey: string;
  /** The `POST /v1/messages` requests in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** All other requests. */
  readonly lookups: readonly RecordedRequest[];
  /** How many turns were given. */
  readonly turnsGiven: number;
  close(): Promise<void>;
}

/**
 * Starts a Messages API on loopback: a real HTTP server that refuses what the service refuses and answers from a script.
 *
 * @returns its address, what it was asked, and how to end it
 */
export async function startMessagesApi(options: MessagesApiOptions): Promise<MessagesApi> {
  const service = new Service(options);
  const server = createServer((request, response) => {
    void service.handle(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
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
