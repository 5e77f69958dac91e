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
export type ColumnTypes = ReadonlyMap<string, ColumnType>;

export interface ReadOptions {
  /** Columns whose type is not to be guessed. */
  readonly types?: ColumnTypes | undefined;
  /** Columns to leave out. */
  readonly ignore?: readonly string[] | undefined;
  /** Called with the number of bytes of the file read so far. */
  readonly onProgress?: ((bytesRead: number) => void) | undefined;
}

/** What is known of a column beside its profile. */
export interface ColumnFacts {
  readonly name: string;
  /** Numbers that were read as such, and texts. */
  readonly numbers: number;
  readonly texts: number;
  readonly infinite: number;
  /** How often each number was seen; `otherNumbers` counts those beyond the first 1,000. */
  readonly distinct: readonly (readonly [value: number, count: number])[];
  readonly otherNumbers: number;
}

/** Everything that was seen of a table. Its profile keeps numbers as numbers and texts as categories; `datasetOf` decides what counts. */
export interface TableColumns {
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly ColumnFacts[];
  readonly profile: Profile;
}

export const MOST_COLUMNS = 10_000;
const BUFFERED = 256;
const UNNAMED_LENGTH = 80;

/** One column, cell by cell. */
export class ColumnProfiler {
  readonly name: string;
  private readonly isNamed: boolean;
  private readonly texts = new TextCounts();
  private readonly distinct = new DistinctNumbers();
  private readonly numeric: NumericProfile;
  /** Numbers on their way into the profile: many at once cost less. */
  private readonly buffer = new Float64Array(BUFFERED);
  private buffered = 0;

  /** @param isNamed - numbers are names too: the column was declared categorical */
  constructor(name: string, isNamed: boolean, seed: number) {
    this.name = name;
    this.isNamed = isNamed;
    this.numeric = { moments: emptyMoments(), sketch: new KllSketch({ seed: hash32(name, seed) }) };
  }

  /** A cell as bytes, without quotes. @returns false when it is not UTF-8 */
  addBytes(bytes: Uint8Array, start: number, end: number): boolean {
    let [from, to] = [start, end];
    while (from < to && (bytes[from] as number) <= 32) from++;
    while (to > from && (bytes[to - 1] as number) <= 32) to--;
    if (from === to) return true;
    // Numbers begin with a digit, a sign or a point: all below ':'.
    if (!this.isNamed && (bytes[from] as number) < 58) {
      const value = parseNumber(bytes, from, to);
      if (!Number.isNaN(value)) {
        this.addNumber(value);
        return true;
      }
    }
    return this.texts.addBytes(bytes, from, to);
  }

  addText(text: string): void {
    this.texts.addText(text.trim());
  }

  /**
   * A cell as JSON or Parquet has it; null and undefined are missing.
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
    if (this.isNamed) {
      this.texts.addText(String(value));
      return;
    }
    this.buffer[this.buffered++] = value + 0;
    if (this.buffered === BUFFERED) this.flush();
  }

  finish(): { facts: ColumnFacts; numeric?: NumericProfile; categories?: CategoryCounts } {
    this.flush();
    const { distinct, texts, name } = this;
    const numbers = this.numeric.moments.n;
    const facts = { name, numbers, texts: texts.names, infinite: texts.infinite, distinct: distinct.entries() };
    return {
      facts: { ...facts, otherNumbers: distinct.other },
      ...(numbers > 0 && { numeric: this.numeric }),
      ...(texts.names > 0 && { categories: texts.categories() }),
    };
  }

  private flush(): void {
    const values = this.buffer.subarray(0, this.buffered);
    this.buffered = 0;
    addValuesInto(this.numeric.moments, values);
    this.numeric.sketch.addAll(values);
    for (let i = 0; i < values.length; i++) this.distinct.add(values[i] as number);
  }
}

/** Folds a table, row by row, into a profile of every column. The same table with the same name gives the same bytes. */
export class TableProfiler {
  /** What messages call the table. */
  readonly source: string;
  private readonly options: ReadOptions;
  private readonly known = new Map<string, ColumnProfiler | undefined>();
  private rowCount = 0;

  constructor(source: string, options: ReadOptions = {}) {
    this.source = source;
    this.options = options;
  }

  get rows(): number {
    return this.rowCount;
  }

  /** Counts more rows; their cells come by `column`. */
  addRows(count: number): void {
    this.rowCount += count;
  }

  /** @returns the column, a new one if need be; undefined when it is to be left out */
  column(name: string): ColumnProfiler | undefined {
    if (this.known.has(name)) return this.known.get(name);
    if (this.known.size === MOST_COLUMNS) this.refuse(`has more than ${MOST_COLUMNS} columns; leave some out`);
    const isNamed = this.options.types?.get(name) === 'categorical';
    const isIgnored = this.options.ignore?.includes(name) ?? false;
    const column = isIgnored ? undefined : new ColumnProfiler(name, isNamed, hash32(this.source));
    this.known.set(name, column);
    return column;
  }

  /** @throws AppError always: `what` follows the table's name */
  refuse(what: string): never {
    throw new AppError('invalid_dataset', `${this.source} ${what}`);
  }

  /** @throws AppError when there are no rows */
  finish(): TableColumns {
    if (this.rowCount === 0) this.refuse('has no rows; give at least one');
    const profile: Profile = { ...emptyProfile(), events: this.rowCount };
    const columns: ColumnFacts[] = [];
    for (const column of this.known.values()) {
      if (column === undefined) continue;
      const { facts, ...feature } = column.finish();
      columns.push(facts);
      profile.features.set(facts.name, feature);
    }
    return { source: this.source, rows: this.rowCount, columns, profile };
  }
}

/** A name or value as a message may show it. */
export function quote(text: string): string {
  return `"${text.length > UNNAMED_LENGTH ? `${text.slice(0, UNNAMED_LENGTH)}…` : text}"`;
}
