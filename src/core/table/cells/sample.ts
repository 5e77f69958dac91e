import type { ColumnSample } from './sniff.ts';

/** Formats are read off this many rows, or this many bytes where rows are long. */
export const SAMPLE_ROWS = 1_000;
export const SAMPLE_BYTES = 256 * 1024;
/** A format is one of short cells. */
const LONGEST_CELL = 64;

/** The first cells of a table, by column. */
export class Sample {
  readonly #columns = new Map<string, { name: string; texts: string[]; numbers: number[] }>();
  rows = 0;

  add(name: string, cell: unknown): void {
    const column = this.#columns.get(name) ?? { name, texts: [], numbers: [] };
    this.#columns.set(name, column);
    if (typeof cell === 'string') column.texts.push(cell.slice(0, LONGEST_CELL + 1).trim());
    else if (typeof cell === 'number') column.numbers.push(cell);
  }

  columns(): ColumnSample[] {
    return [...this.#columns.values()];
  }
}
