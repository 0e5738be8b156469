import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from './raw.ts';
import { text } from './script.ts';
import { type MessagesApi, startMessagesApi } from './server.ts';

/** What is broken, the body, the words of the refusal. */
export type Broken = readonly [what: string, body: unknown, words: string | RegExp];

/** Tests that each body is refused with 400 `invalid_request_error` in the error JSON of the service. */
export function testRefused(broken: readonly Broken[]): void {
  let server: MessagesApi;
  beforeAll(async () => {
    server = await startMessagesApi({ turns: () => [text('ok')] });
  });
  afterAll(() => server.close());

  describe('refused with 400 invalid_request_error:', () => {
    test.each(broken)('%s', async (_, body, words) => {
      const { status, headers, json } = await post(server, body);
      expect(json.error?.message).toEqual(
        typeof words === 'string' ? words : expect.stringMatching(words),
      );
      expect(json).toEqual({
        type: 'error',
        error: { type: 'invalid_request_error', message: json.error.message },
        request_id: headers.get('request-id'),
      });
      expect(status).toBe(400);
      expect(server.turnsGiven).toBe(0);
    });
  });
}
