import type { APIError } from '@anthropic-ai/sdk';
import { type ModelErrorKind, messageOf } from '../errors.ts';
import { StalledError } from './idle.ts';
import { type Failure, retryAfterOf } from './retry.ts';

/** These never pass by waiting a little, whatever the headers say. */
const SPEND_LIMITS = new Set([
  'enforced_spend_limit_reached',
  'contract_spend_limit_reached',
  'linked_organization_spend_limit_reached',
]);

const KIND_OF_TYPE: Readonly<Record<string, ModelErrorKind>> = {
  invalid_request_error: 'invalid_request',
  not_found_error: 'invalid_request',
  authentication_error: 'authentication',
  permission_error: 'authentication',
  billing_error: 'billing',
  rate_limit_error: 'rate_limit',
  overloaded_error: 'overloaded',
  request_too_large: 'context_window',
};

const KIND_OF_STATUS: Readonly<Record<number, ModelErrorKind>> = {
  401: 'authentication',
  402: 'billing',
  403: 'authentication',
  413: 'context_window',
  429: 'rate_limit',
  529: 'overloaded',
};

const LABELS: Partial<Record<ModelErrorKind, string>> = {
  rate_limit: 'rate limit',
  overloaded: 'overloaded',
  server: 'server error',
  network: 'connection lost',
};

/** Says what an error of the client means. The classes come from the lazily loaded package. */
export function classifierOf(classes: {
  readonly APIError: typeof APIError;
  readonly baseURL: string;
}): (error: unknown) => Failure {
  return (error) => {
    if (error instanceof StalledError) return broken(`the answer stopped: ${error.message}`);
    if (error instanceof classes.APIError) {
      if (error.status !== undefined || error.type !== null) return answered(error);
      if (error.error !== undefined) return broken(`the answer broke off: ${error.message}`);
      const why = causeOf(error);
      return broken(`${classes.baseURL} cannot be reached: ${why}; check the network`);
    }
    return broken(`the answer broke off: ${causeOf(error)}`);
  };
}

function broken(message: string): Failure {
  return { kind: 'network', label: 'connection lost', message, retryable: true };
}

/** The service answered with an error, as a status or inside the stream. */
function answered(error: APIError): Failure {
  const kind = kindOf(error);
  const transient = kind === 'rate_limit' || kind === 'overloaded' || kind === 'server';
  const header = error.headers?.get('x-should-retry');
  const retryable =
    kind !== 'billing' &&
    (header === 'true' || (header !== 'false' && (transient || waits(error.status))));
  return {
    kind,
    label: LABELS[kind] ?? 'request failed',
    message: sentence(kind, error),
    retryable,
    retryAfterMs: retryAfterOf(error.headers),
  };
}

function kindOf(error: APIError): ModelErrorKind {
  if (SPEND_LIMITS.has(error.errorCode ?? '')) return 'billing';
  const type: string = error.type ?? '';
  const status = error.status ?? 0;
  const kind = KIND_OF_TYPE[type] ?? KIND_OF_STATUS[status];
  // The service has no code of its own for this one.
  if (kind === 'invalid_request' && /prompt is too long/i.test(error.message))
    return 'context_window';
  if (kind !== undefined) return kind;
  return status >= 400 && status < 500 ? 'invalid_request' : 'server';
}

function waits(status: number | undefined): boolean {
  return status === 408 || status === 409;
}

function sentence(kind: ModelErrorKind, error: APIError): string {
  const said = error.apiMessage ?? causeOf(error);
  const status = error.status === undefined ? '' : ` (${error.status})`;
  const id = error.requestID ? `, request ${error.requestID}` : '';
  switch (kind) {
    case 'authentication':
      return `the Messages API refused the key${status}: ${said}; check ANTHROPIC_API_KEY${id}`;
    case 'billing':
      return `the account cannot pay for this${status}: ${said}; see its limits and billing${id}`;
    case 'context_window':
      return `the conversation is too long for the model${status}: ${said}${id}`;
    default:
      return `the Messages API failed${status}: ${said}${id}`;
  }
}

/** The innermost reason: clients wrap what the network said in several layers. */
function causeOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return messageOf(inner) || messageOf(error);
}
