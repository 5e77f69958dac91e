import { SAMPLE_BYTES, SAMPLE_ROWS, Sample } from './cells/sample.ts';
import type { ColumnProfiler } from './column-profiler.ts';
import { PendingBytes } from './pending-bytes.ts';
import { MOST_COLUMNS, quote, type ReadOptions, type TableColumns, TableProfiler } from './table-profiler.ts';
import { decode } from './text-counts.ts';

const [QUOTE, LF, CR, NUL] = [34, 10, 13, 0];
const DELIMITERS = [',', ';', '\t', '|'] as const;
const DELIMITER_BYTES = DELIMITERS.map((delimiter) => delimiter.charCodeAt(0));
const MEBIBYTE = 1 << 20;
const LONGEST_CELL = MEBIBYTE;
const LONGEST_ROW = 8 * MEBIBYTE;
/** The first column has no name where pandas saved its index; it reads it back as this. */
const INDEX = 'Unnamed: 0';
const SAVE_AS_UTF8 = 'save it as UTF-8, for example with iconv -f latin1 -t utf-8';

/**
 * The separator that a header line has most often.
 *
 * @example delimiterOf('age;price,EUR;city') // ';'
 */
export function delimiterOf(header: string): string {
  const uses = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[uses.indexOf(Math.max(...uses))] ?? ',';
}

/**
 * Profiles a CSV table with a header, in chunks of any size, without a string per cell.
 *
 * RFC 4180 with comma, semicolon, tab or bar as separator, LF or CRLF, and UTF-8 with or without a byte order mark. Blank lines are
 * skipped; in a table of one column, write a missing cell as `""`.
 * It is not a general parser, because one that makes a string of every cell is eight times slower.
 */
export class CsvTable {
  readonly #table: TableProfiler;
  #columns: (ColumnProfiler | undefined)[] | undefined;
  #delimiter = 44;
  readonly #pending: PendingBytes;
  /** Nothing is scanned before the sample is there, and an incomplete row again only after it has doubled, however small the chunks are. */
  #worthScanning = SAMPLE_BYTES;
  #isSniffed = false;
  #isEnded = false;
  /** Cells of the row scanned last: start, end, and whether they have a doubled quote. */
  #starts = new Int32Array(16);
  #ends = new Int32Array(16);
  #doubled = new Uint8Array(16);
  #cells = 0;

  constructor(source: string, options: ReadOptions = {}) {
    this.#table = new TableProfiler(source, options);
    this.#pending = new PendingBytes(options.book);
  }

  /** Adds the next bytes. @throws AppError where the table is not valid */
  write(chunk: Uint8Array): void {
    this.#pending.append(chunk);
    if (this.#pending.length < this.#worthScanning) return;
    this.#pending.drop(this.#takeRows(this.#pending.bytes));
    if (this.#pending.length > LONGEST_ROW)
      this.#table.refuse(`row ${this.#table.rows + 1} is longer than 8 MiB; is it CSV, and is a quote left open?`);
    this.#worthScanning = 2 * this.#pending.length;
  }

  /** Ends the table. @throws AppError when it is empty or ends inside a quoted cell */
  end(): TableColumns {
    this.#isEnded = true;
    const rest = this.#takeRows(this.#pending.bytes);
    if (rest < this.#pending.length) this.#table.refuse(`ends inside a quoted cell, in row ${this.#table.rows + 1}`);
    if (this.#columns === undefined) this.#table.refuse('is empty; a header line and at least one row are needed');
    return this.#table.finish();
  }

  /** Takes all complete rows. @returns where the first incomplete one begins */
  #takeRows(bytes: Uint8Array): number {
    let at = this.#columns === undefined ? this.#takeHeader(bytes) : 0;
    if (this.#columns !== undefined && !this.#isSniffed) this.#sniff(bytes, at, this.#columns);
    while (at < bytes.length && this.#columns !== undefined) {
      const next = this.#scanRow(bytes, at);
      if (next < 0) return at;
      const isBlank = this.#cells === 1 && this.#starts[0] === at && this.#ends[0] === at;
      if (!isBlank) this.#takeRow(bytes, this.#columns);
      at = next;
    }
    return at;
  }

  /** @returns where the rows begin, or the header while it is not complete */
  #takeHeader(bytes: Uint8Array): number {
    let at = this.#skipMark(bytes);
    while (bytes[at] === CR || bytes[at] === LF) at++;
    const lineEnd = endOfHeader(bytes, at);
    if (at === bytes.length || (lineEnd < 0 && !this.#isEnded)) return at;
    const line = Buffer.from(bytes.subarray(at, lineEnd < 0 ? bytes.length : lineEnd)).toString('latin1', 0, MEBIBYTE);
    this.#delimiter = delimiterOf(line.replace(/"[^"]*"/g, '')).charCodeAt(0);
    const next = this.#scanRow(bytes, at);
    if (next < 0) return at;
    this.#columns = this.#readHeader(bytes);
    return next;
  }

  /** Reads the first rows twice: here for their formats, which do not depend on how the bytes come in chunks. */
  #sniff(bytes: Uint8Array, from: number, columns: readonly (ColumnProfiler | undefined)[]): void {
    this.#isSniffed = true;
    const sample = new Sample();
    for (let at = from; at < bytes.length && sample.rows < SAMPLE_ROWS; sample.rows++) {
      const next = this.#scanRow(bytes, at);
      if (next < 0 || next > from + SAMPLE_BYTES) break;
      at = next;
      for (let i = 0; i < Math.min(columns.length, this.#cells); i++) {
        const column = columns[i];
        if (column !== undefined)
          sample.add(column.name, decode(bytes, this.#starts[i] as number, this.#ends[i] as number) ?? '');
      }
    }
    this.#table.sniff(sample.columns(), true, String.fromCharCode(this.#delimiter));
  }

  #skipMark(bytes: Uint8Array): number {
    if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
      this.#table.refuse(`is UTF-16; ${SAVE_AS_UTF8.replace('latin1', 'utf-16')}`);
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  }

  /** Finds the cells of one row. @returns where the next row begins, or −1 when this one is not complete yet */
  #scanRow(bytes: Uint8Array, from: number): number {
    const delimiter = this.#delimiter;
    const limit = bytes.length;
    this.#cells = 0;
    for (let i = from; ; i++) {
      if (bytes[i] === QUOTE) i = this.#scanQuoted(bytes, i);
      else {
        const start = i;
        while (i < limit && bytes[i] !== delimiter && bytes[i] !== LF) i++;
        this.#addCell(start, bytes[i] === LF && i > start && bytes[i - 1] === CR ? i - 1 : i, 0);
      }
      if (i < 0 || (i >= limit && !this.#isEnded)) return -1;
      if (i >= limit || bytes[i] === LF) return Math.min(i + 1, limit);
    }
  }

  /** @returns the separator or line end after the closing quote, or −1 when there is none yet */
  #scanQuoted(bytes: Uint8Array, open: number): number {
    let hasDoubled = 0;
    let i = open + 1;
    for (; ; i += 2) {
      i = bytes.indexOf(QUOTE, i);
      if (i < 0) return -1;
      if (bytes[i + 1] !== QUOTE) break;
      hasDoubled = 1;
    }
    if (i + 1 >= bytes.length && !this.#isEnded) return -1;
    this.#addCell(open + 1, i, hasDoubled);
    i += bytes[i + 1] === CR ? 2 : 1;
    if (i < bytes.length && bytes[i] !== this.#delimiter && bytes[i] !== LF)
      this.#table.refuse(
        `row ${this.#table.rows + 1}, cell ${this.#cells}: text after a closing quote; double quotes inside a cell`,
      );
    return i;
  }

  #addCell(start: number, end: number, hasDoubled: number): void {
    if (this.#cells === this.#starts.length) this.#makeRoom();
    this.#starts[this.#cells] = start;
    this.#ends[this.#cells] = end;
    this.#doubled[this.#cells++] = hasDoubled;
  }

  #makeRoom(): void {
    const grow = <T extends Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const length = 2 * this.#starts.length;
    this.#starts = grow(this.#starts, new Int32Array(length));
    this.#ends = grow(this.#ends, new Int32Array(length));
    this.#doubled = grow(this.#doubled, new Uint8Array(length));
  }

  #readHeader(bytes: Uint8Array): (ColumnProfiler | undefined)[] {
    if (this.#cells > MOST_COLUMNS) this.#table.refuse(`has ${this.#cells} columns; ${MOST_COLUMNS} are the most`);
    this.#table.expectColumns(this.#cells);
    const names = Array.from({ length: this.#cells }, (_, i) => this.#headerName(bytes, i));
    const places = new Map<string, number>();
    names.forEach((name, i) => {
      const earlier = places.get(name);
      if (earlier !== undefined)
        this.#table.refuse(`has two columns named ${quote(name)}, the ${earlier + 1}. and the ${i + 1}.; rename one`);
      places.set(name, i);
    });
    return names.map((name) => this.#table.column(name));
  }

  #headerName(bytes: Uint8Array, i: number): string {
    const [start, end] = [this.#starts[i] as number, this.#ends[i] as number];
    if (end - start > LONGEST_CELL) this.#table.refuse(`has a header longer than 1 MiB; is it CSV?`);
    if (bytes.subarray(start, end).includes(NUL)) this.#table.refuse('is not text: its header holds a NUL byte');
    const text = decode(bytes, start, end);
    if (text === undefined) this.#table.refuse(`has a header that is not UTF-8, in column ${i + 1}; ${SAVE_AS_UTF8}`);
    const name = (this.#doubled[i] === 1 ? text.replaceAll('""', '"') : text).trim();
    if (name === '' && i === 0) return INDEX;
    if (name === '')
      this.#table.refuse(`has no name for column ${i + 1}; name it, or save the table without its index`);
    return name;
  }

  #takeRow(bytes: Uint8Array, columns: readonly (ColumnProfiler | undefined)[]): void {
    const row = this.#table.rows + 1;
    if (this.#cells !== columns.length)
      this.#table.refuse(`has ${this.#cells} cells in row ${row}, but ${columns.length} columns`);
    this.#table.addRows(1);
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i];
      if (column === undefined) continue;
      const [start, end] = [this.#starts[i] as number, this.#ends[i] as number];
      if (end - start > LONGEST_CELL)
        this.#table.refuse(`has a cell longer than 1 MiB, in row ${row}, column ${quote(column.name)}`);
      const isText =
        this.#doubled[i] === 1 ? addUnescaped(column, bytes, start, end) : column.addBytes(bytes, start, end);
      if (!isText) this.#table.refuse(`is not UTF-8 in row ${row}, column ${quote(column.name)}; ${SAVE_AS_UTF8}`);
    }
  }
}

function addUnescaped(column: ColumnProfiler, bytes: Uint8Array, start: number, end: number): boolean {
  const text = decode(bytes, start, end);
  if (text === undefined) return false;
  const plain = Buffer.from(text.replaceAll('""', '"'));
  return column.addBytes(plain, 0, plain.length);
}

/**
 * Where the header line ends, with any separator, because the header line decides which one it is. Line ends inside quotes are part of
 * a name. −1 while there is no end.
 */
function endOfHeader(bytes: Uint8Array, from: number): number {
  let isQuoted = false;
  let closedAt = -2;
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === LF && !isQuoted) return i;
    if (byte !== QUOTE) continue;
    if (isQuoted) closedAt = i;
    isQuoted = !isQuoted && (i === from || closedAt === i - 1 || DELIMITER_BYTES.includes(bytes[i - 1] as number));
  }
  return -1;
}
