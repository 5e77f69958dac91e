import { readElement } from '../json/read-array.ts';
import { PendingBytes } from './pending-bytes.ts';
import { ROW_LIMITS, RowsTable } from './rows-table.ts';
import type { ReadOptions, TableColumns } from './table-profiler.ts';
import { decode } from './text-counts.ts';

const [LF, QUOTE, COMMA, BACKSLASH] = [10, 34, 44, 92];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [91, 93, 123, 125];
const LONGEST_ROW = 8 * 1024 * 1024;

/**
 * Reads NDJSON: one JSON object per line. Blank lines are skipped.
 *
 * @param chunks - bytes of any size
 * @param source - name of the table in messages
 * @throws AppError where a line is not a JSON object, or there is none
 */
export async function readNdjson(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions = {},
): Promise<TableColumns> {
  const table = new RowsTable(source, options);
  const pending = new PendingBytes(options.book);
  let line = 0;
  const take = (bytes: Buffer, start: number, end: number) => {
    line++;
    const text = decode(bytes, start, end) ?? table.refuse(`line ${line} is not UTF-8; save it as UTF-8`);
    if (text.trim() !== '')
      table.add(
        parse(text, () => `line ${line} is not JSON; NDJSON has one object a line`, table),
        end - start,
      );
  };
  for await (const chunk of chunks) {
    const searched = pending.length;
    pending.append(chunk);
    const { bytes } = pending;
    let start = 0;
    for (let end = bytes.indexOf(LF, searched); end >= 0; end = bytes.indexOf(LF, start)) {
      take(bytes, start, end);
      start = end + 1;
    }
    pending.drop(start);
    if (pending.length > LONGEST_ROW) table.refuse(`line ${line + 1} is longer than 8 MiB; is it NDJSON?`);
  }
  take(pending.bytes, 0, pending.length);
  return table.finish();
}

/**
 * Reads a JSON array of objects, of any length; one element at a time is in memory.
 *
 * @param chunks - bytes of any size
 * @param source - name of the table in messages
 * @throws AppError where it is not such an array
 */
export async function readJsonArray(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions = {},
): Promise<TableColumns> {
  const elements = new Elements(new RowsTable(source, options), new PendingBytes(options.book));
  for await (const chunk of chunks) elements.write(chunk);
  return elements.end();
}

/** Splits an array into its elements, at the commas that are neither in a text nor in an element. JSON.parse reads the elements. */
class Elements {
  readonly #table: RowsTable;
  readonly #pending: PendingBytes;
  /** Number of open brackets; 0 before and after the array. */
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #isOver = false;
  #rows = 0;

  constructor(table: RowsTable, pending: PendingBytes) {
    this.#table = table;
    this.#pending = pending;
  }

  write(chunk: Uint8Array): void {
    let at = this.#pending.length;
    this.#pending.append(chunk);
    const { bytes } = this.#pending;
    let start = 0;
    for (; at < bytes.length; at++) {
      const edge = this.#step(bytes[at] as number);
      if (edge === undefined) continue;
      if (edge !== 'opens') this.#take(bytes, start, at, edge === 'closes');
      start = at + 1;
    }
    this.#pending.drop(start);
    if (this.#pending.length > LONGEST_ROW) this.#table.refuse(`row ${this.#rows + 1} is longer than 8 MiB`);
  }

  end(): TableColumns {
    if (!this.#isOver) this.#refuse('it ends before its list does');
    const rest = this.#pending.bytes.toString('latin1').trim();
    if (rest !== '') this.#refuse('there is text after its list');
    return this.#table.finish();
  }

  /** Whether this byte opens the array, separates two elements, or closes it. */
  #step(byte: number): 'opens' | 'separates' | 'closes' | undefined {
    if (this.#isInText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isInText = false;
    } else if (byte === QUOTE) this.#isInText = true;
    else if (byte === COMMA) return this.#depth === 1 ? 'separates' : undefined;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) return ++this.#depth === 1 ? 'opens' : undefined;
    else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) return this.#close(byte);
    return undefined;
  }

  #close(byte: number): 'closes' | undefined {
    if (--this.#depth !== 0) return undefined;
    if (byte !== CLOSE_BRACKET) this.#refuse('its list ends with }');
    return 'closes';
  }

  #take(bytes: Buffer, start: number, end: number, isLast: boolean): void {
    if (this.#isOver) this.#refuse('there is text after its list');
    this.#isOver = isLast;
    const row = this.#rows + 1;
    const text = decode(bytes, start, end) ?? this.#table.refuse(`row ${row} is not UTF-8; save it as UTF-8`);
    if (isLast && row === 1 && text.trim() === '') return;
    this.#table.add(
      parse(text, (why) => `is not valid JSON, in row ${row}: ${why}`, this.#table),
      end - start,
    );
    this.#rows = row;
  }

  #refuse(why: string): never {
    return this.#table.refuse(`is not valid JSON: ${why}`);
  }
}

function parse(text: string, what: (why: string) => string, table: RowsTable): unknown {
  try {
    return readElement(text.replace(/^\uFEFF/, ''), ROW_LIMITS);
  } catch (error) {
    return table.refuse(what((error as Error).message));
  }
}
