import { quote, type ReadOptions, type TableColumns, TableProfiler } from './table-profiler.ts';

const LONGEST_LINE = 8 * 1024 * 1024;
const WHAT_CELLS_HOLD = 'columns hold numbers, texts, booleans or null';

/** A table of rows as JSON has them: objects whose keys are the columns. An absent key is a missing cell. */
class RowsTable {
  private readonly table: TableProfiler;

  constructor(source: string, options: ReadOptions = {}) {
    this.table = new TableProfiler(source, options);
  }

  /** @throws AppError when the row is no object, or one of its values is */
  add(row: unknown): void {
    const place = this.table.rows + 1;
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      this.table.refuse(`is no list of objects: row ${place} is ${row === null ? 'null' : kindOf(row)}`);
    this.table.addRows(1);
    for (const [name, value] of Object.entries(row)) {
      if (this.table.column(name)?.addValue(value) === false)
        this.table.refuse(`row ${place}, column ${quote(name)}: ${kindOf(value)}; ${WHAT_CELLS_HOLD}`);
    }
  }

  finish(): TableColumns {
    return this.table.finish();
  }

  refuse(what: string): never {
    this.table.refuse(what);
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** @throws AppError where a row is not what it should be, or there is none */
export function profileRows(rows: readonly unknown[], source: string, options: ReadOptions = {}): TableColumns {
  const table = new RowsTable(source, options);
  for (const row of rows) table.add(row);
  return table.finish();
}

/** NDJSON: one JSON object a line. Blank lines are skipped. */
export async function readNdjson(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions = {},
): Promise<TableColumns> {
  const table = new RowsTable(source, options);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let [rest, line] = ['', 0];
  const take = (text: string) => {
    line++;
    if (text.trim() !== '') table.add(parseLine(text, line, table));
  };
  for await (const chunk of chunks) {
    const lines = (rest + decodeOr(table, line, () => decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) table.refuse(`line ${line + lines.length + 1} is longer than 8 MiB; is it NDJSON?`);
    lines.forEach(take);
  }
  take(rest + decodeOr(table, line, () => decoder.decode()));
  return table.finish();
}

function decodeOr(table: RowsTable, line: number, decode: () => string): string {
  try {
    return decode();
  } catch {
    return table.refuse(`is not UTF-8 somewhere after line ${line}; save it as UTF-8`);
  }
}

function parseLine(text: string, line: number, table: RowsTable): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return table.refuse(`line ${line} is not JSON; NDJSON has one object a line`);
  }
}
