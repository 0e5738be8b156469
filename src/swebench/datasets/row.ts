import * as z from 'zod';
import { messageOf, UsageError } from '../../errors.ts';
import type { Instance } from '../instance.ts';

/** A list of test names, or its JSON text. */
const TestNames = z
  .unknown()
  .transform((value, context) => (typeof value === 'string' ? parseJson(value, context) : value))
  .pipe(z.array(z.string(), 'expected a list of test names, or its JSON text'));

const AssetFile = z.looseObject({ path: z.string().optional(), url: z.string().nullish() });
const ImageAssets = z
  .unknown()
  .transform((value, context) => {
    if (typeof value !== 'string') return value;
    return value === '' ? {} : parseJson(value, context);
  })
  .pipe(
    z
      .looseObject({
        test_patch: z.array(AssetFile).nullish(),
        patch: z.array(AssetFile).nullish(),
      })
      .nullish(),
  );

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const version = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => String(value ?? ''));

/** The official columns; those that only some uses need may be missing. */
const OfficialRow = z.looseObject({
  instance_id: z.string().min(1),
  repo: text,
  base_commit: text,
  patch: text,
  test_patch: text,
  problem_statement: text,
  hints_text: text,
  version,
  FAIL_TO_PASS: TestNames,
  PASS_TO_PASS: TestNames,
  eval_script: text,
  log_parser: text,
  eval_type: z.string().default('pass_and_fail'),
  image: text,
  image_assets: ImageAssets.optional(),
  language: z.string().optional(),
  split: z.string().optional(),
});

function parseJson(value: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `not JSON: ${messageOf(error)}` });
    return z.NEVER;
  }
}

/** Where a row stands, for messages: the file and the row's number from 1. */
export interface RowPlace {
  readonly source: string;
  readonly row: number;
}

/** @throws {UsageError} naming file, row and field */
export function checkRow<T>(schema: z.ZodType<T>, value: unknown, { source, row }: RowPlace): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  const missing =
    typeof value === 'object' && value !== null && issue?.path.length === 1 && !(field in value);
  const problem = missing ? 'is missing' : `is wrong: ${issue?.message ?? 'unknown'}`;
  throw new UsageError(
    field === ''
      ? `${source}, row ${row}: ${issue?.message ?? 'not an object'}`
      : `${source}, row ${row}: the field "${field}" ${problem}`,
  );
}

/** Reads a row of the official datasets. @throws {UsageError} naming file, row and field */
export function officialInstance(value: unknown, place: RowPlace): Instance {
  const row = checkRow(OfficialRow, value, place);
  const declared = [...(row.image_assets?.test_patch ?? []), ...(row.image_assets?.patch ?? [])];
  return {
    id: row.instance_id,
    repo: row.repo,
    baseCommit: row.base_commit,
    version: row.version,
    problemStatement: row.problem_statement,
    hints: row.hints_text,
    patch: row.patch,
    testPatch: row.test_patch,
    evalScript: row.eval_script,
    image: row.image,
    logParser: row.log_parser,
    evalType: row.eval_type,
    failToPass: row.FAIL_TO_PASS,
    passToPass: row.PASS_TO_PASS,
    assets: declared.flatMap(({ path, url }) => (path ? [{ path, ...(url ? { url } : {}) }] : [])),
    ...(row.language === undefined ? {} : { language: row.language.toLowerCase() }),
    ...(row.split === undefined ? {} : { split: row.split }),
  };
}
