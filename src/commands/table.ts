import { plain } from '../report/plain.ts';

const MAX_CELL = 48;
const NUMERIC = /^(-|\$?[\d.,:?]+( ?[%a-z]{0,3})?)$/;

/**
 * Lays rows out in columns, two spaces apart. Numbers stand to the right. The texts may be untrusted.
 *
 * @param head names of the columns
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = rows.map((row) => row.map((cell) => plain(String(cell), MAX_CELL)));
  const widths = head.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const numeric = head.map(
    (_, column) => column > 0 && rows.every((row) => NUMERIC.test(String(row[column]))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head), ...cells.map(line)].join('\n');
}
