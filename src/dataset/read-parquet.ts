import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { AppError } from '../errors.ts';
import { quote, type ReadOptions, type TableColumns, TableProfiler } from './table-profiler.ts';

/** A Parquet file, one row group at a time. Times count as dates, which are not compared. */
export async function readParquet(path: string, source: string, options: ReadOptions = {}): Promise<TableColumns> {
  const table = new TableProfiler(source, options);
  try {
    return await readGroups(path, table, options);
  } catch (error) {
    if (error instanceof AppError) throw error;
    return table.refuse(`cannot be read as Parquet: ${(error as Error).message}`);
  }
}

async function readGroups(path: string, table: TableProfiler, options: ReadOptions): Promise<TableColumns> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  for (const { element, children } of parquetSchema(metadata).children) {
    if (children.length > 0 || element.repetition_type === 'REPEATED')
      table.refuse(`column ${quote(element.name)}: nested; columns hold numbers, texts, booleans or null`);
    table.column(element.name);
  }
  let [rowStart, bytesRead] = [0, 0];
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const onChunk = ({ columnName, columnData }: { columnName: string; columnData: ArrayLike<unknown> }) => {
      const column = table.column(columnName);
      for (let i = 0; i < columnData.length; i++) column?.addValue(columnData[i]);
    };
    await parquetRead({ file, metadata, compressors, rowStart, rowEnd, onChunk });
    table.addRows(rowEnd - rowStart);
    bytesRead += Number(group.total_compressed_size ?? group.total_byte_size);
    options.onProgress?.(bytesRead);
    rowStart = rowEnd;
  }
  return table.finish();
}
