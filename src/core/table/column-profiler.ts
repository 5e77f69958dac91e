import type { CategoryCounts } from '../profile/counts.ts';
import { addValuesInto, emptyMoments } from '../profile/moments.ts';
import type { NumericProfile } from '../profile/profile.ts';
import { hash32 } from '../stats/hash.ts';
import { Calendar, type CalendarCounts } from './calendar.ts';
import type { CellFormat } from './cells/cell-format.ts';
import { type CellReader, cellReader } from './cells/read-cell.ts';
import { DistinctNumbers } from './distinct-numbers.ts';
import { ExactNumbers, type ExactRoom } from './exact-numbers.ts';
import { parseNumber } from './parse-number.ts';
import { TextCounts } from './text-counts.ts';

/** What is known of a column in addition to its profile. */
export interface ColumnFacts {
  readonly name: string;
  /** How many cells are numbers or moments, and how many texts. */
  readonly numbers: number;
  readonly texts: number;
  readonly infinite: number;
  /** How often each number was seen; `otherNumbers` counts those beyond the first 1,000. */
  readonly distinct: readonly (readonly [value: number, count: number])[];
  readonly otherNumbers: number;
  /** Whether each number is the one before it plus 1, as the numbers of rows are. */
  readonly areRowNumbers: boolean;
  /** Of a column of dates: the rows of each hour, and how the dates are written, where all are kept. */
  readonly calendar?: CalendarCounts;
  readonly written?: readonly (readonly [text: string, count: number])[];
  /** Why the column was left out. */
  readonly leftOut?: string;
}

/** What the cells of a column are: numbers and texts, texts only, or written in a format of their own. */
const [NUMBERS, TEXTS, WRITTEN] = [0, 1, 2] as const;
const BUFFERED = 256;
const SECOND_MS = 1_000;

/** Profiles one column, cell by cell. */
export class ColumnProfiler {
  readonly name: string;
  #mode: number;
  readonly #seed: number;
  readonly #room: ExactRoom;
  readonly #texts: TextCounts;
  readonly #distinct = new DistinctNumbers();
  readonly #moments = emptyMoments();
  readonly #numbers: ExactNumbers;
  /** Numbers that are not yet in the profile: adding many at once costs less. */
  readonly #buffer = new Float64Array(BUFFERED);
  #buffered = 0;
  #nextRow: number | undefined;
  #areRowNumbers = true;
  /** Of a format that is not plain. */
  #reader: CellReader | undefined;
  #calendar: Calendar | undefined;
  #written: TextCounts | undefined;
  /** Milliseconds of a number that counts time; 0 for other numbers. */
  #msEach = 0;
  #leftOut: string | undefined;

  /** @param isCategorical - the column is declared categorical, so numbers count as texts */
  constructor(name: string, isCategorical: boolean, room: ExactRoom) {
    this.name = name;
    this.#mode = isCategorical ? TEXTS : NUMBERS;
    this.#seed = hash32(name);
    this.#room = room;
    this.#texts = new TextCounts(room);
    this.#numbers = new ExactNumbers(this.#seed, room);
  }

  /** Sets how its cells are written, before the first one comes. */
  readAs(format: CellFormat): void {
    if (this.#mode === TEXTS) return;
    this.#reader = cellReader(format);
    if (this.#reader !== undefined) this.#mode = WRITTEN;
    if (format.kind === 'date' || format.kind === 'epoch') this.#startCalendar();
    if (format.kind === 'epoch') this.#msEach = SECOND_MS / format.perSecond;
  }

  /** Drops the column. @param why - for people */
  leaveOut(why: string): void {
    this.#leftOut = why;
  }

  get isLeftOut(): boolean {
    return this.#leftOut !== undefined;
  }

  /** Adds a cell as bytes, without quotes. @returns false when it is not UTF-8 */
  addBytes(bytes: Uint8Array, start: number, end: number): boolean {
    let [from, to] = [start, end];
    while (from < to && (bytes[from] as number) <= 32) from++;
    while (to > from && (bytes[to - 1] as number) <= 32) to--;
    if (from === to) return true;
    // Numbers begin with a digit, a sign or a point: all are below ':'.
    if (this.#mode === NUMBERS && (bytes[from] as number) < 58) {
      const value = parseNumber(bytes, from, to);
      if (!Number.isNaN(value)) {
        this.#buffer[this.#buffered++] = value;
        if (this.#buffered === BUFFERED) this.#flush();
        return true;
      }
    }
    return this.#mode === WRITTEN ? this.#addWritten(bytes, from, to) : this.#texts.addBytes(bytes, from, to);
  }

  addText(text: string): void {
    const trimmed = text.trim();
    if (this.#mode !== WRITTEN || trimmed === '') this.#texts.addText(trimmed);
    else {
      const bytes = Buffer.from(trimmed);
      this.#addWritten(bytes, 0, bytes.length);
    }
  }

  /**
   * Adds a cell of JSON or Parquet; null and undefined are missing.
   *
   * @returns false when it is an object or a list
   */
  addValue(value: unknown): boolean {
    if (typeof value === 'number' && Number.isFinite(value)) this.addNumber(value);
    else if (typeof value === 'bigint') this.addNumber(Number(value));
    else if (value instanceof Date) this.#addDate(value);
    else if (typeof value === 'object' && value !== null) return false;
    else if (value !== null && value !== undefined) this.addText(String(value));
    return true;
  }

  /** @param value - finite */
  addNumber(value: number): void {
    if (this.#mode === TEXTS) this.#texts.addText(String(value));
    else this.#push(value);
  }

  finish(): { facts: ColumnFacts; numeric?: NumericProfile; categories?: CategoryCounts } {
    this.#flush();
    const [distinct, texts] = [this.#distinct, this.#texts];
    const numbers = this.#moments.n;
    const dates = this.#calendar?.finish();
    const written = this.#written?.categories();
    const facts: ColumnFacts = {
      name: this.name,
      numbers: numbers + (this.#calendar?.n ?? 0),
      texts: texts.names,
      infinite: texts.infinite,
      distinct: distinct.entries(),
      otherNumbers: distinct.other,
      areRowNumbers: numbers > 0 && this.#areRowNumbers,
      ...(dates !== undefined && { calendar: dates.calendar }),
      ...(written?.isExact && { written: [...written.counts] }),
      ...(this.#leftOut !== undefined && { leftOut: this.#leftOut }),
    };
    const ofNumbers = numbers > 0 ? { moments: this.#moments, sketch: this.#numbers.finish() } : undefined;
    const numeric = dates !== undefined && (this.#calendar?.n ?? 0) > 0 ? dates.numeric : ofNumbers;
    return {
      facts,
      ...(numeric !== undefined && { numeric }),
      ...(texts.names > 0 && { categories: texts.categories() }),
    };
  }

  #startCalendar(): Calendar {
    this.#calendar ??= new Calendar(this.#seed, this.#room);
    return this.#calendar;
  }

  #push(value: number): void {
    this.#buffer[this.#buffered++] = value + 0;
    if (this.#buffered === BUFFERED) this.#flush();
  }

  /** Adds a cell as its format says; as a text where it is not written so. */
  #addWritten(bytes: Uint8Array, start: number, end: number): boolean {
    const value = this.#reader?.(bytes, start, end) ?? Number.NaN;
    if (Number.isNaN(value)) return this.#texts.addBytes(bytes, start, end);
    if (this.#calendar === undefined) this.#push(value);
    else {
      this.#calendar.add(value);
      this.#written ??= new TextCounts(this.#room);
      this.#written.addBytes(bytes, start, end);
    }
    return true;
  }

  #addDate(date: Date): void {
    const ms = date.getTime();
    if (this.#mode === TEXTS) this.addText(Number.isNaN(ms) ? 'NaN' : date.toISOString());
    else if (!Number.isNaN(ms)) this.#startCalendar().add(ms);
  }

  #flush(): void {
    const values = this.#buffer.subarray(0, this.#buffered);
    this.#buffered = 0;
    if (this.#msEach > 0) {
      for (let i = 0; i < values.length; i++) this.#calendar?.add((values[i] as number) * this.#msEach);
      return;
    }
    addValuesInto(this.#moments, values);
    this.#numbers.addAll(values);
    for (let i = 0; i < values.length; i++) this.#distinct.add(values[i] as number);
    if (this.#areRowNumbers) this.#countRows(values);
  }

  #countRows(values: Float64Array): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value !== (this.#nextRow ?? Math.round(value))) {
        this.#areRowNumbers = false;
        return;
      }
      this.#nextRow = value + 1;
    }
  }
}
