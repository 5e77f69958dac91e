import { AppError } from '../errors.ts';
import type { CategoryCounts } from '../profile/counts.ts';
import { KllSketch } from '../profile/kll.ts';
import { addValuesInto, emptyMoments } from '../profile/moments.ts';
import { emptyProfile, type NumericProfile, type Profile } from '../profile/profile.ts';
import { hash32 } from '../stats/hash.ts';
import { DistinctNumbers } from './distinct-numbers.ts';
import { parseNumber } from './parse-number.ts';
import { TextCounts } from './text-counts.ts';

export const COLUMN_TYPES = ['numeric', 'categorical'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];
/** Types by column. */
export type ColumnTypes = ReadonlyMap<string, ColumnType>;

/** How a table is read. */
export interface ReadOptions {
  /** Declared types of columns; the others are inferred. */
  readonly types?: ColumnTypes | undefined;
  /** Columns to ignore. */
  readonly ignore?: readonly string[] | undefined;
  /** Called with the number of bytes of the file read so far. */
  readonly onProgress?: ((bytesRead: number) => void) | undefined;
}

/** What is known of a column in addition to its profile. */
export interface ColumnFacts {
  readonly name: string;
  /** How many cells are numbers, and how many texts. */
  readonly numbers: number;
  readonly texts: number;
  readonly infinite: number;
  /** How often each number was seen; `otherNumbers` counts those beyond the first 1,000. */
  readonly distinct: readonly (readonly [value: number, count: number])[];
  readonly otherNumbers: number;
}

/** A table as read. Its profile keeps numbers as numbers and texts as categories; `datasetOf` then decides the type of each column. */
export interface TableColumns {
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly ColumnFacts[];
  readonly profile: Profile;
}

/** A table with more columns is refused. */
export const MOST_COLUMNS = 10_000;
const BUFFERED = 256;
const UNNAMED_LENGTH = 80;

/** Profiles one column, cell by cell. */
export class ColumnProfiler {
  readonly name: string;
  readonly #isCategorical: boolean;
  readonly #texts = new TextCounts();
  readonly #distinct = new DistinctNumbers();
  readonly #numeric: NumericProfile;
  /** Numbers that are not yet in the profile: adding many at once costs less. */
  readonly #buffer = new Float64Array(BUFFERED);
  #buffered = 0;

  /** @param isCategorical - the column is declared categorical, so numbers count as texts */
  constructor(name: string, isCategorical: boolean, seed: number) {
    this.name = name;
    this.#isCategorical = isCategorical;
    this.#numeric = { moments: emptyMoments(), sketch: new KllSketch({ seed: hash32(name, seed) }) };
  }

  /** Adds a cell as bytes, without quotes. @returns false when it is not UTF-8 */
  addBytes(bytes: Uint8Array, start: number, end: number): boolean {
    let [from, to] = [start, end];
    while (from < to && (bytes[from] as number) <= 32) from++;
    while (to > from && (bytes[to - 1] as number) <= 32) to--;
    if (from === to) return true;
    // Numbers begin with a digit, a sign or a point: all are below ':'.
    if (!this.#isCategorical && (bytes[from] as number) < 58) {
      const value = parseNumber(bytes, from, to);
      if (!Number.isNaN(value)) {
        this.addNumber(value);
        return true;
      }
    }
    return this.#texts.addBytes(bytes, from, to);
  }

  addText(text: string): void {
    this.#texts.addText(text.trim());
  }

  /**
   * Adds a cell of JSON or Parquet; null and undefined are missing.
   *
   * @returns false when it is an object or a list
   */
  addValue(value: unknown): boolean {
    if (typeof value === 'number' && Number.isFinite(value)) this.addNumber(value);
    else if (typeof value === 'bigint') this.addNumber(Number(value));
    else if (value instanceof Date) this.addText(Number.isNaN(value.getTime()) ? 'NaN' : value.toISOString());
    else if (typeof value === 'object' && value !== null) return false;
    else if (value !== null && value !== undefined) this.addText(String(value));
    return true;
  }

  /** @param value - finite */
  addNumber(value: number): void {
    if (this.#isCategorical) {
      this.#texts.addText(String(value));
      return;
    }
    this.#buffer[this.#buffered++] = value + 0;
    if (this.#buffered === BUFFERED) this.#flush();
  }

  finish(): { facts: ColumnFacts; numeric?: NumericProfile; categories?: CategoryCounts } {
    this.#flush();
    const { name } = this;
    const [distinct, texts] = [this.#distinct, this.#texts];
    const numbers = this.#numeric.moments.n;
    const facts = { name, numbers, texts: texts.names, infinite: texts.infinite, distinct: distinct.entries() };
    return {
      facts: { ...facts, otherNumbers: distinct.other },
      ...(numbers > 0 && { numeric: this.#numeric }),
      ...(texts.names > 0 && { categories: texts.categories() }),
    };
  }

  #flush(): void {
    const values = this.#buffer.subarray(0, this.#buffered);
    this.#buffered = 0;
    addValuesInto(this.#numeric.moments, values);
    this.#numeric.sketch.addAll(values);
    for (let i = 0; i < values.length; i++) this.#distinct.add(values[i] as number);
  }
}

/** Profiles every column of a table, row by row. The same table with the same name gives the same bytes. */
export class TableProfiler {
  /** Name of the table in messages. */
  readonly source: string;
  readonly #options: ReadOptions;
  readonly #known = new Map<string, ColumnProfiler | undefined>();
  #rowCount = 0;

  constructor(source: string, options: ReadOptions = {}) {
    this.source = source;
    this.#options = options;
  }

  get rows(): number {
    return this.#rowCount;
  }

  /** Counts rows; their cells are added through `column`. */
  addRows(count: number): void {
    this.#rowCount += count;
  }

  /** @returns the column, a new one if needed; undefined when it is ignored */
  column(name: string): ColumnProfiler | undefined {
    if (this.#known.has(name)) return this.#known.get(name);
    if (this.#known.size === MOST_COLUMNS) this.refuse(`has more than ${MOST_COLUMNS} columns; ignore some`);
    const isCategorical = this.#options.types?.get(name) === 'categorical';
    const isIgnored = this.#options.ignore?.includes(name) ?? false;
    const column = isIgnored ? undefined : new ColumnProfiler(name, isCategorical, hash32(this.source));
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
    return { source: this.source, rows: this.#rowCount, columns, profile };
  }
}

/**
 * A name or value for a message, in quotes and cut to 80 characters.
 *
 * @example quote('age') // '"age"'
 */
export function quote(text: string): string {
  return `"${text.length > UNNAMED_LENGTH ? `${text.slice(0, UNNAMED_LENGTH)}…` : text}"`;
}
