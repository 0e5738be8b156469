/** What a parser may ask of the instance whose log it reads; a few change their format with it. */
export interface ParserContext {
  readonly instanceId: string;
  /** The repository's release as the row names it, `9.5` for instance. */
  readonly version: string;
}

/**
 * Takes one result. The official status map is made by setting `test` to `status` again and again, in this order.
 *
 * @param status one of the official words as a rule, but whatever the log's line starts with in the pytest family
 * @param line index, from 0, in the text that was given to the parser; null where the format has no line of its own
 */
export type RecordResult = (test: string, status: string, line: number | null) => void;

/**
 * Reads the output of one test runner.
 *
 * @throws {LogFormatError} where the official parser of that name raises: such a log has no verdict
 */
export type LogParser = (log: string, record: RecordResult, context: ParserContext) => void;

/** A log that the official parser fails on; the instance counts as an error, not as unresolved. */
export class LogFormatError extends Error {
  override readonly name = 'LogFormatError';
}

/** Index of the line that holds an offset. Offsets have to come in ascending order: the text is walked once. */
export function lineCounter(text: string): (offset: number) => number {
  let line = 0;
  let seen = 0;
  return (offset) => {
    for (let at = text.indexOf('\n', seen); at !== -1 && at < offset; ) {
      line += 1;
      seen = at + 1;
      at = text.indexOf('\n', seen);
    }
    return line;
  };
}
