import { open, readFile } from 'node:fs/promises';
import { type CsvError, parse } from 'csv-parse/sync';
import type { HistoryImportRow } from '../api/coherence.ts';
import { parseTimestamp } from '../core/time/timestamp.ts';
import { messageOf, usageFailure } from './failure.ts';
import { readFailure } from './files.ts';

/** The history that a Coherence Engine has stored. */
export interface StoredHistory {
  readonly rows: readonly HistoryImportRow[];
  /** Rows that cannot be read: how many, and what is wrong with the first one. */
  readonly unreadable: number;
  readonly firstFault: string | undefined;
}

/** A row as its columns are called in the file. */
type Cells = Readonly<Record<string, unknown>>;

const TABLE = 'rolling_metrics';
const SQLITE_MAGIC = 'SQLite format 3\0';

/** Reads `rolling_store.csv` or `rolling_store.db` of a Coherence Engine; its first bytes say which it is. */
export async function readStoredHistory(path: string): Promise<StoredHistory> {
  const cells = (await startsWith(path, SQLITE_MAGIC)) ? await readSqlite(path) : await readCsv(path);
  const rows: HistoryImportRow[] = [];
  const faults: string[] = [];
  for (const [i, row] of cells.entries()) {
    const read = readRow(row);
    if (typeof read === 'string') faults.push(`row ${i + 1}: ${read}`);
    else rows.push(read);
  }
  return { rows, unreadable: faults.length, firstFault: faults[0] };
}

async function startsWith(path: string, magic: string): Promise<boolean> {
  const file = await open(path).catch((error: unknown) => {
    throw readFailure(path, error);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return buffer.toString('latin1', 0, bytesRead) === magic;
  } catch (error) {
    throw readFailure(path, error);
  } finally {
    await file.close();
  }
}

async function readCsv(path: string): Promise<Cells[]> {
  const columns = (header: string[]) => {
    if (!header.includes('ts_utc')) throw new RangeError('its first line names no column ts_utc');
    return header;
  };
  const settings = { bom: true, columns, skip_empty_lines: true, relax_column_count: true };
  try {
    return parse<Record<string, string>>(await readFile(path), settings);
  } catch (error) {
    throw usageFailure(
      `${path} is neither the CSV file nor the SQLite database of a Coherence Engine: ${reasonOf(error)}`,
    );
  }
}

function reasonOf(error: unknown): string {
  const { message, lines } = error as CsvError;
  return lines === undefined ? messageOf(error) : `line ${lines}: ${message}`;
}

async function readSqlite(path: string): Promise<Cells[]> {
  const { default: sqlite } = await loadSqlite(path);
  try {
    const db = new sqlite.Database(path, { fileMustExist: true, readOnly: true });
    try {
      return db.all(`select * from ${TABLE}`);
    } finally {
      db.close();
    }
  } catch (error) {
    throw usageFailure(`${path} is not the SQLite database of a Coherence Engine: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** An optional peer: nothing but this command needs it. */
async function loadSqlite(path: string) {
  try {
    return await import('node-sqlite3-wasm');
  } catch (cause) {
    throw usageFailure(
      `${path} is a SQLite database. To read it, install the package for that: npm install node-sqlite3-wasm. ` +
        `Or write it as CSV: sqlite3 -header -csv ${path} "select * from ${TABLE}" > history.csv`,
      { cause },
    );
  }
}

/** Its later versions have other names for the same three columns. */
const NAMES = {
  mean: ['mean', 'interactionStability'],
  volatility: ['stdev', 'signalVolatility'],
  risk: ['drift_risk', 'trustContinuityRiskLevel'],
} as const;
const RISKS = ['low', 'medium', 'high'] as const;

/** What is wrong with the row, or the row. */
function readRow(cells: Cells): HistoryImportRow | string {
  const time = timeOf(textOf(cells, ['ts_utc']));
  const drift_risk = RISKS.find((risk) => risk === textOf(cells, NAMES.risk).toLowerCase());
  const [window_sec, n, mean] = [['window_sec'], ['n'], NAMES.mean].map((names) => numberOf(cells, names));
  const volatility = numberOf(cells, NAMES.volatility);
  if (time === undefined) return `ts_utc is not a time: "${textOf(cells, ['ts_utc'])}"`;
  if (drift_risk === undefined) return `the risk is not one of ${RISKS.join(', ')}: "${textOf(cells, NAMES.risk)}"`;
  if (window_sec === undefined || n === undefined || mean === undefined || volatility === undefined)
    return 'window_sec, n, mean and stdev must be numbers';
  // What its column stdev holds is the volatility, the standard deviation divided by |mean|; our own CSV has both.
  const stdev = 'volatilityIndex' in cells ? volatility : volatility * Math.abs(mean);
  const [source, request_id] = [textOf(cells, ['source']) || 'darshan_api', textOf(cells, ['request_id'])];
  return { ts_utc: time, window_sec, n, mean, stdev, drift_risk, source, ...(request_id !== '' && { request_id }) };
}

function textOf(cells: Cells, names: readonly string[]): string {
  const name = names.find((candidate) => cells[candidate] !== undefined && cells[candidate] !== null);
  return name === undefined ? '' : String(cells[name]).trim();
}

function numberOf(cells: Cells, names: readonly string[]): number | undefined {
  const text = textOf(cells, names);
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** A time without a zone is UTC: that is what the column promises. */
function timeOf(text: string): string | undefined {
  const zoned = /(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
  const ms = parseTimestamp(zoned);
  return typeof ms === 'number' ? new Date(ms).toISOString() : undefined;
}
