/** Exit codes of every command, documented in the README. */
export const ExitCode = {
  submitted: 0,
  noPatch: 1,
  usage: 2,
  interrupted: 130,
} as const;

/**
 * Bad input or configuration. The message is one sentence that names the field and the mend.
 * The command line prints it and exits 2; nothing has been written.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The failure of a tool, told to the model as an observation: it says what went wrong and what to try next.
 * Any other error thrown inside a tool is a bug and ends the run.
 */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** What kind of failure a model provider reported; decides retry, exit code and wording. */
export type ModelErrorKind =
  | 'authentication'
  | 'billing'
  | 'rate_limit'
  | 'overloaded'
  | 'invalid_request'
  | 'context_window'
  | 'network'
  | 'server';

/** A model provider failed for good: retries, where they make sense, are already spent. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly kind: ModelErrorKind;

  constructor(kind: ModelErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** Whether the first request of a run that fails so shows a wrong configuration: a bad key, an unknown model. */
export function isConfigurationError(error: unknown): boolean {
  return (
    error instanceof ModelError &&
    ['authentication', 'invalid_request', 'billing'].includes(error.kind)
  );
}

/** Whether a configuration error comes from the request itself, which one task alone can make wrong. */
export function isRefusedRequest({ cause }: UsageError): boolean {
  return cause instanceof ModelError && cause.kind === 'invalid_request';
}

/** Text of anything thrown, for messages and logs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
