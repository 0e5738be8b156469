import type * as z from 'zod';
import { UsageError } from '../../../errors.ts';
import { languageOfRow } from './language.ts';
import { ProgramRow, rowOfProgram } from './program-row.ts';
import { HumanEvalFixRow, type Row } from './row.ts';

/**
 * Reads a file of rows: those of HumanEvalFix, and programs with their tests ({@link ProgramRow}).
 *
 * @param name of the file, for messages
 * @throws {UsageError} naming the line that is none, or for a file without any
 */
export async function readRows(text: string, name: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    rows.push(await readRow(readJson(line), `${name}: line ${index + 1}`));
  }
  if (rows.length === 0) throw new UsageError(`${name} holds no rows; name a file of HumanEvalFix`);
  return rows;
}

async function readRow(value: unknown, where: string): Promise<Row> {
  if (typeof value === 'object' && value !== null && 'buggy_program' in value) {
    const parsed = ProgramRow.safeParse(value);
    if (parsed.success) return rowOfProgram(parsed.data);
    throw notARow(where, 'program with tests', parsed.error);
  }
  const parsed = HumanEvalFixRow.safeParse(value);
  if (!parsed.success) throw notARow(where, 'row of HumanEvalFix', parsed.error);
  const { task_id: id, language, prompt, buggy_solution } = parsed.data;
  const program = prompt + buggy_solution;
  return { ...parsed.data, language: await languageOfRow({ id, language, program }) };
}

function notARow(where: string, what: string, { issues: [issue] }: z.ZodError): UsageError {
  return new UsageError(
    `${where} is no ${what} (${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'wrong'})`,
  );
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
