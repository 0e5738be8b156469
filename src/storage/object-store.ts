/**
 * A place that several machines can reach, holding whole objects by key. Keys are paths with `/` between parts; no part
 * is empty, `.` or `..`.
 *
 * Contract: a reader sees an object whole or not at all, and `create` is atomic among all machines.
 */
export interface ObjectStore {
  /** For people: a folder or an address, without secrets. */
  readonly place: string;
  /**
   * Stores an object unless its key is taken.
   *
   * @returns false when there is another object already; true also when it is this very one, landed by a first try
   * whose answer was lost
   */
  create(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Stores an object, replacing what has the key. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @returns null when there is none */
  get(key: string): Promise<Buffer | null>;
  /** @returns all keys that start with `prefix`, which ends with `/` or is empty; sorted */
  list(prefix: string): Promise<string[]>;
  /** Missing ones are no error. */
  delete(keys: readonly string[]): Promise<void>;
  /** Deletes all that starts with `prefix`, which ends with `/`; also what writers that died have left half-written. */
  clear(prefix: string): Promise<void>;
}

/** Whether a key is one: no part of it leaves the folder that it is put under. */
export function isKey(key: string): boolean {
  return key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
