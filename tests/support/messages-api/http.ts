import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, errorBody, errorTypeOf, invalid } from './errors.ts';
import type { StatusFault } from './faults.ts';
import { API_VERSIONS } from './validate.ts';

/** @throws {ApiError} 413 for more bytes than the limit; the rest is read and thrown away */
export async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw new ApiError(413, 'Request exceeds the maximum size');
  return Buffer.concat(chunks).toString();
}

/** @throws {ApiError} 401 without the right key, in either header */
export function authenticate(headers: IncomingHttpHeaders, apiKey: string): void {
  const { authorization, 'x-api-key': key } = headers;
  if (authorization !== undefined) {
    if (authorization !== `Bearer ${apiKey}`) throw new ApiError(401, 'Invalid bearer token');
  } else if (key === undefined) {
    throw new ApiError(401, 'x-api-key header is required');
  } else if (key !== apiKey) {
    throw new ApiError(401, 'invalid x-api-key');
  }
}

/** @throws {ApiError} 400 without a known `anthropic-version` */
export function checkVersion(headers: IncomingHttpHeaders): void {
  const version = headers['anthropic-version'];
  if (version === undefined) invalid('anthropic-version', 'header is required');
  if (!API_VERSIONS.includes(String(version))) {
    invalid('anthropic-version', `"${String(version)}" is not a valid version`);
  }
}

/** Sends a scripted failure instead of an answer. */
export function sendStatus(response: ServerResponse, fault: StatusFault, requestId: string): void {
  const headers = { ...fault.headers };
  if (fault.rawBody !== undefined) {
    response.writeHead(fault.status, { ...headers, 'content-type': fault.rawBody.contentType });
    response.end(fault.rawBody.body);
    return;
  }
  const { type = errorTypeOf(fault.status), message = 'Error', errorCode } = fault;
  response.writeHead(fault.status, { ...headers, 'content-type': 'application/json' });
  response.end(JSON.stringify(errorBody({ type, message, errorCode }, requestId)));
}

/** @throws {ApiError} 400 for what is no JSON */
export function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch (error) {
    throw new ApiError(400, `The request body is not valid JSON: ${(error as Error).message}`);
  }
}
