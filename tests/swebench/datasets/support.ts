import { writeFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';

export type Row = Readonly<Record<string, unknown>>;

/** A row of the official format. */
export function row(id: string, changes: Row = {}): Row {
  return {
    instance_id: id,
    repo: 'jug/jug',
    base_commit: '0'.repeat(40),
    patch: '--- a/src/jug.py\n+++ b/src/jug.py\n',
    test_patch: '',
    problem_statement: `The jug ${id} spills.`,
    hints_text: '',
    version: '1.10',
    FAIL_TO_PASS: '["test_spill"]',
    PASS_TO_PASS: '[]',
    eval_script: '#!/bin/bash\n',
    log_parser: 'parse_log_pytest',
    eval_type: 'pass_and_fail',
    image: 'jug:latest',
    ...changes,
  };
}

/** A Parquet file of text columns with this many rows in each group. */
export function parquet(rows: readonly Row[], rowGroupSize: number): Uint8Array {
  const names = Object.keys(rows[0] ?? {});
  const columnData = names.map((name) => ({
    name,
    data: rows.map((entry) => entry[name]),
    type: 'STRING' as const,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }));
}

export function jsonLines(rows: readonly Row[]): string {
  return rows.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

export function writeRows(file: string, rows: readonly Row[]): string {
  writeFileSync(file, jsonLines(rows));
  return file;
}
