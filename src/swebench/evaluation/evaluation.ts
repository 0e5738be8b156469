import type { Instance } from '../instance.ts';
import type { InstanceFiles } from './layout.ts';
import type { OpenStation, Station } from './station.ts';

export interface Evaluation {
  readonly instance: Instance;
  /** Not empty. */
  readonly patch: string;
  readonly files: InstanceFiles;
  /** A fresh station at the instance's base commit. */
  readonly open: (options: OpenStation) => Promise<Station>;
  /** Of the evaluation script. */
  readonly timeoutSeconds: number;
  /** How often the tests run, each time at a fresh station; the first run decides. */
  readonly repeat: number;
  /** Run a second time, hardened, also where nothing speaks against the first. */
  readonly hardened: boolean;
  readonly signal: AbortSignal;
}
