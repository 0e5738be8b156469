import { plain } from '../report/plain.ts';

const MAX_CELL = 48;

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
  const numeric = head.map((_, column) =>
    rows.every(
      (row) => typeof row[column] === 'number' || /^[-$\d.,:% a-z]*$/.test(String(row[column])),
    ),
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
