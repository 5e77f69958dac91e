import { stripVTControlCharacters } from 'node:util';

/** A table with columns as wide as their widest cell, without color codes. Columns of numbers are aligned to the right. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => widthOf(row[i] ?? ''))));
  const isNumeric = head.map((_, i) =>
    rows.every((row) => /^[-−]?[\d.,]*$/.test(stripVTControlCharacters(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => pad(cell, widths[i] ?? 0, isNumeric[i] === true))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)];
}

function pad(cell: string, width: number, toTheRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return toTheRight ? space + cell : cell + space;
}

function widthOf(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
