import { UsageError } from '../../../errors.ts';
import { parsesCleanly } from '../../tree.ts';

export type RowLanguage = 'python' | 'javascript';

const NAMES: Readonly<Record<string, RowLanguage>> = {
  python: 'python',
  python3: 'python',
  py: 'python',
  javascript: 'javascript',
  js: 'javascript',
  node: 'javascript',
  'node.js': 'javascript',
};
/** First parts of ids that name a language which rows are not repaired in. */
const OTHERS =
  /^(?:c|cpp|c\+\+|c#|csharp|go|java|kotlin|lua|perl|php|r|ruby|rust|scala|swift|ts|typescript)$/;

/** What tells the language of a row. */
export interface LanguageHints {
  readonly id: string;
  /** The row's own word for it. */
  readonly language?: string | undefined;
  readonly program: string;
}

/**
 * By the row's own field, else by the first part of its id, else by which grammar takes the program.
 *
 * @throws {UsageError} for another language, or when nothing tells it
 */
export async function languageOfRow({
  id,
  language,
  program,
}: LanguageHints): Promise<RowLanguage> {
  const word = (language ?? /^([^/]+)\//.exec(id)?.[1] ?? '').trim().toLowerCase();
  const named = NAMES[word];
  if (named) return named;
  if (language !== undefined || OTHERS.test(word)) {
    throw new UsageError(`${id}: only Python and JavaScript rows can be repaired`);
  }
  if (await parsesCleanly('python', program)) return 'python';
  if (await parsesCleanly('javascript', program)) return 'javascript';
  throw new UsageError(
    `${id}: nothing tells the language of the program; add a field "language": "python" or "javascript"`,
  );
}
