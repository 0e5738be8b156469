import type { InfrastructureFailure } from './infrastructure.ts';

/** What became of one instance that has a prediction. */
export type InstanceOutcome =
  | { readonly kind: 'empty_patch' }
  | { readonly kind: 'resolved' }
  | { readonly kind: 'unresolved'; readonly failure?: InfrastructureFailure | undefined }
  /** No report could be made: the patch did not apply, the time was up, the log is not readable. */
  | {
      readonly kind: 'error';
      readonly failure?: InfrastructureFailure | undefined;
      /** There is a report file, but it cannot be read: the official report also counts it as completed. */
      readonly completed?: boolean;
    };

/** The official run report, schema version 2, its fields in the official order. */
export interface RunReport {
  readonly total_instances: number;
  readonly submitted_instances: number;
  readonly completed_instances: number;
  readonly resolved_instances: number;
  readonly unresolved_instances: number;
  readonly infra_failure_instances: number;
  readonly ambiguous_failure_instances: number;
  readonly empty_patch_instances: number;
  readonly error_instances: number;
  readonly completed_ids: readonly string[];
  readonly incomplete_ids: readonly string[];
  readonly empty_patch_ids: readonly string[];
  readonly submitted_ids: readonly string[];
  readonly resolved_ids: readonly string[];
  readonly unresolved_ids: readonly string[];
  readonly infra_failure_ids: readonly string[];
  readonly ambiguous_failure_ids: readonly string[];
  readonly failure_reasons: Readonly<Record<string, string>>;
  readonly error_ids: readonly string[];
  readonly schema_version: 2;
}

/**
 * Counts a run. Infrastructure failures are labels beside the score: such an instance stays among the unresolved or
 * the errors.
 *
 * @param dataset ids of the whole dataset
 * @param outcomes by id, one for every prediction
 */
export function runReport(
  dataset: readonly string[],
  outcomes: ReadonlyMap<string, InstanceOutcome>,
): RunReport {
  const datasetIds = new Set(dataset);
  const known = [...outcomes].filter(([id]) => datasetIds.has(id));
  const ids = (holds: (outcome: InstanceOutcome) => boolean) =>
    sorted(known.filter(([, outcome]) => holds(outcome)).map(([id]) => id));
  const failed = known.flatMap(([id, outcome]) =>
    'failure' in outcome && outcome.failure ? [{ id, ...outcome.failure }] : [],
  );
  const failures = (tier: InfrastructureFailure['tier']) =>
    sorted(failed.filter((failure) => failure.tier === tier).map(({ id }) => id));
  const resolved = ids(({ kind }) => kind === 'resolved');
  const unresolved = ids(({ kind }) => kind === 'unresolved');
  const errors = ids(({ kind }) => kind === 'error');
  const empty = ids(({ kind }) => kind === 'empty_patch');
  const completed = ids(
    (outcome) =>
      outcome.kind === 'resolved' ||
      outcome.kind === 'unresolved' ||
      (outcome.kind === 'error' && outcome.completed === true),
  );
  const environment = failures('environment');
  const ambiguous = failures('ambiguous');
  const reasons = new Map(failed.map(({ id, reason }) => [id, reason]));
  return {
    total_instances: dataset.length,
    submitted_instances: outcomes.size,
    completed_instances: completed.length,
    resolved_instances: resolved.length,
    unresolved_instances: unresolved.length,
    infra_failure_instances: environment.length,
    ambiguous_failure_instances: ambiguous.length,
    empty_patch_instances: empty.length,
    error_instances: errors.length,
    completed_ids: completed,
    incomplete_ids: sorted(dataset.filter((id) => !outcomes.has(id))),
    empty_patch_ids: empty,
    submitted_ids: sorted([...outcomes.keys()]),
    resolved_ids: resolved,
    unresolved_ids: unresolved,
    infra_failure_ids: environment,
    ambiguous_failure_ids: ambiguous,
    failure_reasons: Object.fromEntries(
      sorted([...reasons.keys()]).map((id) => [id, reasons.get(id) ?? '']),
    ),
    error_ids: errors,
    schema_version: 2,
  };
}

function sorted(ids: readonly string[]): string[] {
  return [...ids].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Name of the run report's file: model and run, with no slash in the model. */
export function runReportName(model: string, run: string): string {
  return `${model.replaceAll('/', '__')}.${run}.json`;
}
