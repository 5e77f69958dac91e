import { AppError } from '../errors.ts';
import { emptyProfile, type Profile } from '../profile/profile.ts';
import type { CellFormats } from './cells/cell-format.ts';
import type { ColumnTypes } from './cells/column-type.ts';
import type { DateOrder } from './cells/date-format.ts';
import type { DecimalMark } from './cells/number-format.ts';
import { type ColumnSample, type Sniffed, sniff } from './cells/sniff.ts';
import { type ColumnFacts, ColumnProfiler } from './column-profiler.ts';
import { ExactRoom } from './exact-numbers.ts';

/** How a table is read. */
export interface ReadOptions {
  /** Declared types of columns; the others are inferred. */
  readonly types?: ColumnTypes | undefined;
  /** Columns to ignore. */
  readonly ignore?: readonly string[] | undefined;
  /** The decimal mark, and the order of day, month and year, where the first cells should not decide. */
  readonly decimal?: DecimalMark | undefined;
  readonly dates?: DateOrder | undefined;
  /** Formats of the reference, for what the cells of this table leave open. */
  readonly like?: CellFormats | undefined;
  /** Called with the number of bytes of the file read so far. */
  readonly onProgress?: ((bytesRead: number) => void) | undefined;
  /** Called when the formats of the columns are known. */
  readonly onFormats?: ((formats: CellFormats) => void) | undefined;
  /** Told how many bytes more the table takes in memory. It may throw. */
  readonly book?: ((bytes: number) => void) | undefined;
}

/** A table as read. Its profile keeps numbers as numbers and texts as categories; `datasetOf` then decides the type of each column. */
export interface TableColumns {
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly ColumnFacts[];
  readonly profile: Profile;
  readonly formats: CellFormats;
  /** How columns were read, where that is worth a note. */
  readonly readings: ReadonlyMap<string, string>;
}

/** A table with more columns is refused. */
export const MOST_COLUMNS = 10_000;
/** With few values. */
const BYTES_A_COLUMN = 6 * 1024;
const UNNAMED_LENGTH = 80;

/** Profiles every column of a table, row by row. The same table with the same name gives the same bytes. */
export class TableProfiler {
  /** Name of the table in messages. */
  readonly source: string;
  readonly #options: ReadOptions;
  readonly #known = new Map<string, ColumnProfiler | undefined>();
  readonly #room = new ExactRoom();
  #rowCount = 0;
  readonly #sniffed = new Map<string, Sniffed>();
  /** Columns that are booked. */
  #columns = 0;

  constructor(source: string, options: ReadOptions = {}) {
    this.source = source;
    this.#options = options;
  }

  get rows(): number {
    return this.#rowCount;
  }

  /** Decides how columns are written, before their first cells come. @param areTexts - whether numbers are texts, as in CSV */
  sniff(columns: readonly ColumnSample[], areTexts: boolean, delimiter?: string): void {
    const { decimal, dates, types, like } = this.#options;
    const sniffed = sniff(columns, { decimal, dates, types, like, areTexts, delimiter });
    for (const [name, found] of sniffed) {
      this.#sniffed.set(name, found);
      this.column(name)?.readAs(found.format);
    }
    this.#options.onFormats?.(formatsOf(sniffed));
  }

  isSniffed(column: string): boolean {
    return this.#sniffed.has(column);
  }

  /** Counts rows; their cells are added through `column`. */
  addRows(count: number): void {
    this.#rowCount += count;
  }

  /** Books memory for so many columns, before they are made. */
  expectColumns(count: number): void {
    if (count <= this.#columns) return;
    this.#options.book?.((count - this.#columns) * BYTES_A_COLUMN);
    this.#columns = count;
  }

  /** @returns the column, a new one if needed; undefined when it is ignored */
  column(name: string): ColumnProfiler | undefined {
    if (this.#known.has(name)) return this.#known.get(name);
    if (this.#known.size === MOST_COLUMNS) this.refuse(`has more than ${MOST_COLUMNS} columns; ignore some`);
    const type = this.#options.types?.get(name);
    const isCategorical = type === 'categorical' || type === 'boolean';
    const isIgnored = this.#options.ignore?.includes(name) ?? false;
    if (!isIgnored) this.expectColumns(this.#known.size + 1);
    const column = isIgnored ? undefined : new ColumnProfiler(name, isCategorical, this.#room);
    this.#known.set(name, column);
    return column;
  }

  /** @throws AppError always; `what` follows the name of the table */
  refuse(what: string): never {
    throw new AppError('invalid_dataset', `${this.source} ${what}`);
  }

  /** @throws AppError when there are no rows */
  finish(): TableColumns {
    if (this.#rowCount === 0) this.refuse('has no rows; give at least one');
    const profile: Profile = { ...emptyProfile(), events: this.#rowCount };
    const columns: ColumnFacts[] = [];
    for (const column of this.#known.values()) {
      if (column === undefined) continue;
      const { facts, ...feature } = column.finish();
      columns.push(facts);
      profile.features.set(facts.name, feature);
    }
    const readings = new Map(
      [...this.#sniffed].flatMap(([name, { note }]) => (note === undefined ? [] : [[name, note]])),
    );
    return { source: this.source, rows: this.#rowCount, columns, profile, formats: formatsOf(this.#sniffed), readings };
  }
}

function formatsOf(sniffed: ReadonlyMap<string, Sniffed>): CellFormats {
  return new Map([...sniffed].map(([name, { format }]) => [name, format]));
}

/**
 * A name or value for a message, in quotes and cut to 80 characters.
 *
 * @example quote('age') // '"age"'
 */
export function quote(text: string): string {
  return `"${text.length > UNNAMED_LENGTH ? `${text.slice(0, UNNAMED_LENGTH)}…` : text}"`;
}
