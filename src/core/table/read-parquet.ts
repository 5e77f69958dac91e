import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { AppError } from '../errors.ts';
import { SAMPLE_ROWS, Sample } from './cells/sample.ts';
import type { ColumnProfiler } from './column-profiler.ts';
import { typeOf } from './rows-table.ts';
import { type ReadOptions, type TableColumns, TableProfiler } from './table-profiler.ts';

interface Chunk {
  readonly columnData: ArrayLike<unknown>;
}

/**
 * Reads a Parquet file, one row group at a time. Timestamps are moments; columns of lists, objects or bytes are left out.
 *
 * @param file - its bytes, read where they are needed
 * @throws AppError where the file is not Parquet
 */
export async function readParquet(file: AsyncBuffer, source: string, options: ReadOptions = {}): Promise<TableColumns> {
  const table = new TableProfiler(source, options);
  try {
    return await readGroups(file, table, options);
  } catch (error) {
    if (error instanceof AppError) throw error;
    return table.refuse(`is a Parquet file that is damaged or cut short (${(error as Error).message})`);
  }
}

async function readGroups(file: AsyncBuffer, table: TableProfiler, options: ReadOptions): Promise<TableColumns> {
  const metadata = await parquetMetadataAsync(file);
  const columns = metadata.row_groups.length === 0 ? [] : columnsOf(metadata, table);
  table.sniff([], false);
  let [rowStart, bytesRead] = [0, 0];
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    // One column at a time, so that only one is in memory.
    for (const column of columns) {
      if (column.isLeftOut) continue;
      const onChunk = chunkReader(column, table);
      await parquetRead({ file, metadata, compressors, columns: [column.name], rowStart, rowEnd, onChunk });
    }
    table.addRows(rowEnd - rowStart);
    bytesRead += Number(group.total_compressed_size ?? group.total_byte_size);
    options.onProgress?.(bytesRead);
    rowStart = rowEnd;
  }
  return table.finish();
}

/** The columns that are not ignored. */
function columnsOf(metadata: FileMetaData, table: TableProfiler): ColumnProfiler[] {
  return parquetSchema(metadata).children.flatMap(({ element, children }) => {
    const column = table.column(element.name);
    if (column === undefined) return [];
    if (children.length > 0 || element.repetition_type === 'REPEATED')
      column.leaveOut('it is nested: lists or objects');
    return [column];
  });
}

/** Adds chunks of values; the texts of the first one show how they are written. */
function chunkReader(column: ColumnProfiler, table: TableProfiler): (chunk: Chunk) => void {
  return ({ columnData }) => {
    if (!table.isSniffed(column.name)) {
      const sample = new Sample();
      for (let row = 0; row < Math.min(columnData.length, SAMPLE_ROWS); row++) sample.add(column.name, columnData[row]);
      table.sniff(sample.columns(), false);
    }
    for (let row = 0; row < columnData.length && !column.isLeftOut; row++)
      if (!column.addValue(columnData[row])) column.leaveOut(`it holds ${typeOf(columnData[row])}`);
  };
}
