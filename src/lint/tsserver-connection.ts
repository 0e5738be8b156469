import type { ServerProcess } from '../workspace/process.ts';

/** Requests to a running `tsserver`: JSON lines one way, `Content-Length` frames the other. */
export interface TsserverConnection {
  /**
   * @returns the body of the answer; undefined for a command that has none
   * @throws when the server reports a failure or has ended, and the signal's reason
   */
  request(command: string, args: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Sends a command that is never answered. */
  notify(command: string, args: unknown): void;
}

interface Waiting {
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface ServerMessage {
  readonly type: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: unknown;
}

const HEADER_END = '\r\n\r\n';

export function tsserverConnection(server: ServerProcess): TsserverConnection {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const receive = (message: ServerMessage) => {
    if (message.type !== 'response' || message.request_seq === undefined) return;
    const request = waiting.get(message.request_seq);
    waiting.delete(message.request_seq);
    if (message.success) request?.resolve(message.body);
    else request?.reject(new Error(`tsserver: ${message.message}`));
  };
  server.stdout.on('data', frames(receive));
  server.ended.addEventListener('abort', () => {
    for (const request of waiting.values()) request.reject(new Error('tsserver has ended'));
    waiting.clear();
  });
  const send = (seq: number, command: string, args: unknown) =>
    server.stdin.write(`${JSON.stringify({ seq, type: 'request', command, arguments: args })}\n`);
  return {
    notify(command, args) {
      send(++last, command, args);
    },
    request(command, args, signal) {
      signal?.throwIfAborted();
      if (server.ended.aborted) return Promise.reject(new Error('tsserver has ended'));
      const seq = ++last;
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          waiting.delete(seq);
          reject(signal?.reason);
        };
        const done = () => signal?.removeEventListener('abort', onAbort);
        waiting.set(seq, {
          resolve: (body) => {
            done();
            resolve(body);
          },
          reject: (error) => {
            done();
            reject(error);
          },
        });
        signal?.addEventListener('abort', onAbort, { once: true });
        send(seq, command, args);
      });
    },
  };
}

/** @returns a receiver of chunks that hands every complete message on */
function frames(receive: (message: ServerMessage) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const headerEnd = pending.indexOf(HEADER_END);
      if (headerEnd < 0) return;
      const header = pending.subarray(0, headerEnd).toString('latin1');
      const length = Number(/Content-Length: (\d+)/i.exec(header)?.[1] ?? 0);
      const start = headerEnd + HEADER_END.length;
      if (pending.length < start + length) return;
      receive(JSON.parse(pending.subarray(start, start + length).toString('utf8')));
      pending = pending.subarray(start + length);
    }
  };
}
