import { pipeline } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { delimiterOf } from '../../../core/table/csv-table.ts';
import { emptyObject, type FileRecord, type JsonObject, type SkippedLine } from './record.ts';

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const ROWS_A_LIST = 500;

interface CsvRow {
  readonly info: { readonly lines: number };
  readonly record: Record<string, string>;
}

/** Reads the rows of a CSV file with a header. Quoted cells may have several lines; the line of a row is its last one. */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  firstLine: string,
): AsyncGenerator<(FileRecord | SkippedLine)[]> {
  const skipped: SkippedLine[] = [];
  const parser = parse({
    bom: true,
    columns: (header: string[]) => header.map((name) => name.trim()),
    delimiter: delimiterOf(firstLine),
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  });
  pipeline(chunks, parser, () => undefined);
  parser.on('skip', (error: CsvError) => {
    skipped.push({ line: Number(error.lines ?? 0), code: 'not_csv', message: error.message });
  });
  let list: (FileRecord | SkippedLine)[] = [];
  for await (const { info, record } of parser as AsyncIterable<CsvRow>) {
    list.push({ line: info.lines, fields: nonEmptyCells(record) });
    if (list.length < ROWS_A_LIST) continue;
    yield [...skipped.splice(0), ...list].sort((a, b) => a.line - b.line);
    list = [];
  }
  yield [...skipped.splice(0), ...list].sort((a, b) => a.line - b.line);
}

function nonEmptyCells(row: Record<string, string>): JsonObject {
  const fields = emptyObject();
  for (const [name, text] of Object.entries(row)) if (text !== '') fields[name] = text;
  return fields;
}

/** Fields of an event that are always text. */
const TEXT_FIELDS = new Set(['service', 'endpoint', 'host', 'id']);

/**
 * CSV has no types: a cell that looks like a JSON number is a number, `true` and `false` are booleans, everything else is text. `007`
 * stays text, and an empty cell is missing, not 0.
 */
export function typedCell(path: readonly string[], cell: unknown): unknown {
  if (typeof cell !== 'string' || (path.length === 1 && TEXT_FIELDS.has(path[0] ?? ''))) return cell;
  if (cell === 'true' || cell === 'false') return cell === 'true';
  return NUMBER.test(cell) && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}
