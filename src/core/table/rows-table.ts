import { type ElementLimits, Unread } from '../json/read-array.ts';
import { runSteps, type Steps } from '../steps.ts';
import { SAMPLE_BYTES, SAMPLE_ROWS, Sample } from './cells/sample.ts';
import { MOST_COLUMNS, quote, type ReadOptions, type TableColumns, TableProfiler } from './table-profiler.ts';

/** Less than a millisecond of work. */
const CELLS_A_STEP = 1_000;
const MOST_SAMPLED_CELLS = 100_000;
/** The end of messages about a cell that is not allowed. */
const WHAT_CELLS_HOLD = 'columns hold numbers, texts, booleans or null';

/** A row of more is not built. */
export const ROW_LIMITS: ElementLimits = { maxDepth: 64, maxValues: 2 * MOST_COLUMNS };

/** A table of rows as JSON objects whose keys are the columns. An absent key is a missing cell. */
export class RowsTable {
  readonly #table: TableProfiler;
  /** The first rows, until they show how their texts are written. */
  #held: unknown[] | undefined = [];
  #heldBytes = 0;

  constructor(source: string, options: ReadOptions = {}) {
    this.#table = new TableProfiler(source, options);
  }

  /**
   * Adds one row.
   *
   * @param bytes - its length as text
   * @throws AppError when a row is not an object, or one of its values is one
   */
  add(row: unknown, bytes: number): void {
    if (this.#held === undefined) {
      addRow(this.#table, row);
      return;
    }
    this.#held.push(row);
    this.#heldBytes += bytes;
    if (this.#held.length === SAMPLE_ROWS || this.#heldBytes >= SAMPLE_BYTES) this.#release();
  }

  finish(): TableColumns {
    this.#release();
    return this.#table.finish();
  }

  refuse(what: string): never {
    this.#table.refuse(what);
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    const sample = new Sample();
    for (const row of held) sampleRow(sample, row);
    this.#table.sniff(sample.columns(), false);
    for (const row of held) addRow(this.#table, row);
  }
}

function sampleRow(sample: Sample, row: unknown): number {
  if (typeof row !== 'object' || row === null) return 0;
  const cells = Object.entries(row);
  for (const [name, value] of cells) sample.add(name, value);
  return cells.length;
}

/** @returns how many cells it has */
function addRow(table: TableProfiler, row: unknown): number {
  const place = table.rows + 1;
  if (row instanceof Unread) table.refuse(`row ${place} has more than ${MOST_COLUMNS} values, or is nested too deep`);
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    table.refuse(`is not a list of objects: row ${place} is ${row === null ? 'null' : typeOf(row)}`);
  table.addRows(1);
  const cells = Object.entries(row);
  for (const [name, value] of cells) {
    if (table.column(name)?.addValue(value) === false)
      table.refuse(`row ${place}, column ${quote(name)}: ${typeOf(value)}; ${WHAT_CELLS_HOLD}`);
  }
  return cells.length;
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

/** The same in steps of 1,000 cells. The rows are gone through twice: the first of them show how cells are written. */
export function* profileInSteps(
  rows: Iterable<unknown>,
  source: string,
  options: ReadOptions = {},
): Steps<TableColumns> {
  const table = new TableProfiler(source, options);
  const sample = new Sample();
  let cells = 0;
  let sampled = 0;
  for (const row of rows) {
    if (sampled++ === SAMPLE_ROWS) break;
    cells += sampleRow(sample, row);
    if (cells > MOST_SAMPLED_CELLS) break;
    if (cells % CELLS_A_STEP === 0) yield;
  }
  table.sniff(sample.columns(), false);
  yield;
  cells = 0;
  for (const row of rows) {
    cells += addRow(table, row) + 1;
    if (cells < CELLS_A_STEP) continue;
    cells = 0;
    yield;
  }
  return table.finish();
}
