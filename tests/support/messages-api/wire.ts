import type { ServerResponse } from 'node:http';
import type { StreamFault } from './faults.ts';

/**
 * Writes chunks one by one, each handed to the system and a turn of the event loop given away before the next: what is
 * written in one go arrives in one read, and then no client ever sees a cut.
 */
export async function writeAll(response: ServerResponse, chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) {
    if (response.destroyed) return;
    if (chunk.length > 0) {
      await new Promise<void>((resolve) => {
        response.once('close', resolve);
        response.write(chunk, () =>
          setImmediate(() => {
            response.off('close', resolve);
            resolve();
          }),
        );
      });
    }
  }
}

/** A fault that breaks an answer off; `max_tokens_in_tool` is a whole answer of another shape. */
export type Break = Exclude<StreamFault, { kind: 'max_tokens_in_tool' }>;

export function breakOf(fault: StreamFault | undefined): Break | undefined {
  return fault?.kind === 'max_tokens_in_tool' ? undefined : fault;
}

/** Lets what was written leave before the connection is reset, so that the client has seen it. */
async function reset(response: ServerResponse): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  response.socket?.resetAndDestroy();
}

/** Keeps the connection open without an end; the client or the server's close ends it. */
function stall(response: ServerResponse, ping: string, every: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = every === undefined ? undefined : setInterval(() => response.write(ping), every);
    response.once('close', () => {
      clearInterval(timer);
      resolve();
    });
  });
}

/**
 * How an answer that was broken off ends.
 *
 * @param ping what a stall with pings sends to keep the connection alive
 */
export async function breakOff(
  response: ServerResponse,
  fault: Break,
  ping: string,
): Promise<void> {
  if (fault.kind === 'reset') await reset(response);
  else if (fault.kind === 'stall') await stall(response, ping, fault.pings);
  else response.end();
}
