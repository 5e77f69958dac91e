import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { asyncBufferFromFile } from 'hyparquet';
import { AppError } from '../../core/errors.ts';
import { reasonOf } from '../../core/format/reason-of.ts';
import { systemCode } from '../../core/format/system-code.ts';
import { CsvTable } from '../../core/table/csv-table.ts';
import { readJsonArray, readNdjson } from '../../core/table/read-json.ts';
import { readParquet } from '../../core/table/read-parquet.ts';
import type { ReadOptions, TableColumns } from '../../core/table/table-profiler.ts';
import { nextTurn } from '../../runtime/workers/turns.ts';
import { fileKindOf, MAGIC_BYTES } from './file-kind.ts';

const CHUNK_BYTES = 256 * 1024;
const GZIP = [0x1f, 0x8b] as const;
const PARQUET = 'PAR1';
/** A table begins within so many bytes. */
const MOST_SPACE = 1024 * 1024;
const [SPACE, OPEN_BRACKET, OPEN_BRACE] = [32, 91, 123] as const;

/**
 * Reads a file: CSV, NDJSON, a JSON array of objects, or Parquet. The first bytes decide the format. All but Parquet may be gzipped.
 *
 * @param path - path of the file
 * @param source - name of the table in error messages
 * @throws AppError when the table is not valid or the file cannot be read
 */
export async function readTable(path: string, source: string, options: ReadOptions = {}): Promise<TableColumns> {
  try {
    const first = await firstBytes(path, source);
    if (first.toString('latin1') === PARQUET)
      return await readParquet(await asyncBufferFromFile(path), source, options);
    const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    try {
      const chunks = progressOf(file, () => options.onProgress?.(file.bytesRead));
      return await readChunks(chunks, source, options);
    } finally {
      file.destroy();
    }
  } catch (error) {
    throw error instanceof AppError ? naming(path, error) : error;
  }
}

/** The refusal of a table, with the file it came from. */
export function naming(file: string, error: AppError): AppError {
  return new AppError(error.code, `${error.message}: ${file}`, { cause: error });
}

/**
 * Reads a table from chunks: CSV, NDJSON or a JSON array of objects, plain or gzipped.
 *
 * @throws AppError when the table is not valid or the chunks end with an error
 */
export async function readChunks(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions = {},
): Promise<TableColumns> {
  try {
    return await readText(await unpacked(chunks), source, options);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unreadable(source, error);
  }
}

async function unpacked(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { seen, all } = await peek(chunks, (bytes) => bytes.length >= 2);
  if (seen[0] !== GZIP[0] || seen[1] !== GZIP[1]) return all;
  return pipeline(Readable.from(all), createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
}

async function readText(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions,
): Promise<TableColumns> {
  const { seen, all } = await peek(
    inTurns(chunks),
    (bytes) => bytes.length > MOST_SPACE || (bytes.length >= MAGIC_BYTES && firstGlyph(bytes) !== undefined),
  );
  const kind = fileKindOf(seen);
  if (kind !== undefined) throw new AppError('invalid_dataset', `${source} is ${kind}`);
  const first = firstGlyph(seen);
  if (first === OPEN_BRACE) return readNdjson(all, source, options);
  if (first === OPEN_BRACKET) return readJsonArray(all, source, options);
  const table = new CsvTable(source, options);
  for await (const chunk of all) table.write(chunk);
  return table.end();
}

async function firstBytes(path: string, source: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(source, error);
  }
}

function unreadable(source: string, error: unknown): AppError {
  const code = systemCode(error);
  const why =
    code === 'ENOENT'
      ? 'does not exist'
      : code === 'EISDIR'
        ? 'is a directory'
        : code?.startsWith('Z_')
          ? `is an incomplete or damaged gzip file (${reasonOf(error)})`
          : `cannot be read: ${code ?? reasonOf(error)}`;
  return new AppError('invalid_dataset', `${source} ${why}`, { cause: error });
}

/** The first byte that is not white space or part of a byte-order mark. */
function firstGlyph(bytes: Uint8Array): number | undefined {
  return bytes.subarray(bytes[0] === 0xef ? 3 : 0).find((byte) => byte > SPACE);
}

/** Reads until `isEnough`; returns the bytes read so far, and all chunks including these bytes. */
async function peek(
  chunks: AsyncIterable<Uint8Array>,
  isEnough: (bytes: Uint8Array) => boolean,
): Promise<{ seen: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let seen: Uint8Array = new Uint8Array(0);
  while (!isEnough(seen)) {
    const next = await iterator.next();
    if (next.done) break;
    seen = seen.length === 0 ? next.value : Buffer.concat([seen, next.value]);
  }
  async function* all() {
    yield seen;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { seen, all: all() };
}

/** Many tables that arrive at once are read by turns, so that other requests do not wait for all of them. */
async function* inTurns(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    await nextTurn();
    yield chunk;
  }
}

async function* progressOf(chunks: AsyncIterable<Uint8Array>, onChunk: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    onChunk();
  }
}
