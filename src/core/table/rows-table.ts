import { runSteps, type Steps } from '../steps.ts';
import { quote, type ReadOptions, type TableColumns, TableProfiler } from './table-profiler.ts';

/** Less than a millisecond of work. */
const CELLS_A_STEP = 1_000;
/** The end of messages about a cell that is not allowed. */
export const WHAT_CELLS_HOLD = 'columns hold numbers, texts, booleans or null';

/** A table of rows as JSON objects whose keys are the columns. An absent key is a missing cell. */
export class RowsTable {
  readonly #table: TableProfiler;

  constructor(source: string, options: ReadOptions = {}) {
    this.#table = new TableProfiler(source, options);
  }

  /**
   * Adds one row.
   *
   * @returns how many cells it has
   * @throws AppError when the row is not an object, or one of its values is one
   */
  add(row: unknown): number {
    const place = this.#table.rows + 1;
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      this.#table.refuse(`is not a list of objects: row ${place} is ${row === null ? 'null' : typeOf(row)}`);
    this.#table.addRows(1);
    const cells = Object.entries(row);
    for (const [name, value] of cells) {
      if (this.#table.column(name)?.addValue(value) === false)
        this.#table.refuse(`row ${place}, column ${quote(name)}: ${typeOf(value)}; ${WHAT_CELLS_HOLD}`);
    }
    return cells.length;
  }

  finish(): TableColumns {
    return this.#table.finish();
  }

  refuse(what: string): never {
    this.#table.refuse(what);
  }
}

/**
 * The type of a value, for a message.
 *
 * @example typeOf([1]) // 'a list'
 */
export function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Uint8Array) return 'bytes';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * Profiles rows.
 *
 * @param rows - objects: column → number, text, boolean or null; at least one
 * @param source - name of the table in messages
 * @throws AppError where a row is not such an object, or there is none
 * @example profileRows([{ age: 25 }, { age: 31 }], 'reference').rows // 2
 */
export function profileRows(rows: readonly unknown[], source: string, options: ReadOptions = {}): TableColumns {
  return runSteps(profileInSteps(rows, source, options));
}

/** The same in steps of 1,000 cells. */
export function* profileInSteps(
  rows: readonly unknown[],
  source: string,
  options: ReadOptions = {},
): Steps<TableColumns> {
  const table = new RowsTable(source, options);
  let cells = 0;
  for (const row of rows) {
    cells += table.add(row);
    if (cells < CELLS_A_STEP) continue;
    cells = 0;
    yield;
  }
  return table.finish();
}
