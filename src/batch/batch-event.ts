import type { Usage } from '../trajectory/event.ts';
import type { InstanceResult } from './instance-result.ts';

/** What happens in a batch, for displays and programs; one JSON object a line with `--json`. */
export type BatchEvent =
  | {
      readonly type: 'batch';
      readonly model: string;
      readonly instances: number;
      /** Results that are there already and stay. */
      readonly done: readonly InstanceResult[];
      readonly workers: number;
    }
  | { readonly type: 'started'; readonly instanceId: string }
  /** An attempt goes on where it was cut; what it had spent by then. */
  | {
      readonly type: 'resumed';
      readonly instanceId: string;
      readonly attempt: number;
      readonly steps: number;
      readonly costUsd: number | null;
    }
  /** The model has answered. */
  | {
      readonly type: 'step';
      readonly instanceId: string;
      readonly attempt: number;
      readonly step: number;
      /** Its first action, in one line; untrusted. */
      readonly action: string;
      /** Of this step. */
      readonly usage: Usage;
    }
  /** What a run waits for or says; untrusted. */
  | {
      readonly type: 'note';
      readonly instanceId: string;
      readonly attempt: number;
      readonly text: string;
    }
  | { readonly type: 'ended'; readonly result: InstanceResult }
  /** Nothing more is started, for this reason. */
  | { readonly type: 'stopping'; readonly reason: string };
