import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { AppError } from '../errors.ts';
import { typeOf, WHAT_CELLS_HOLD } from './rows-table.ts';
import { type ColumnProfiler, quote, type ReadOptions, type TableColumns, TableProfiler } from './table-profiler.ts';

interface Chunk {
  readonly columnData: ArrayLike<unknown>;
}

/**
 * Reads a Parquet file, one row group at a time. Timestamps are texts, which are not compared.
 *
 * @param file - its bytes, read where they are needed
 * @throws AppError where the file is not Parquet, or a column is nested
 */
export async function readParquet(file: AsyncBuffer, source: string, options: ReadOptions = {}): Promise<TableColumns> {
  const table = new TableProfiler(source, options);
  try {
    return await readGroups(file, table, options);
  } catch (error) {
    if (error instanceof AppError) throw error;
    return table.refuse(`cannot be read as Parquet: ${(error as Error).message}`);
  }
}

async function readGroups(file: AsyncBuffer, table: TableProfiler, options: ReadOptions): Promise<TableColumns> {
  const metadata = await parquetMetadataAsync(file);
  const columns = metadata.row_groups.length === 0 ? [] : columnsOf(metadata, table);
  let [rowStart, bytesRead] = [0, 0];
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    // One column at a time, so that only one is in memory.
    for (const column of columns) {
      const values = valuesInto(column);
      await parquetRead({
        file,
        metadata,
        compressors,
        columns: [column.name],
        rowStart,
        rowEnd,
        onChunk: values.take,
      });
      const { wrong } = values;
      if (wrong !== undefined)
        table.refuse(
          `row ${rowStart + wrong.row + 1}, column ${quote(column.name)}: ${typeOf(wrong.value)}; ${WHAT_CELLS_HOLD}`,
        );
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
      table.refuse(`column ${quote(element.name)}: nested; ${WHAT_CELLS_HOLD}`);
    return [column];
  });
}

/** Adds chunks of values. The first value that is not allowed is kept, because hyparquet swallows what is thrown here. */
function valuesInto(column: ColumnProfiler) {
  const values: { wrong: { row: number; value: unknown } | undefined; take(chunk: Chunk): void } = {
    wrong: undefined,
    take({ columnData }) {
      for (let row = 0; row < columnData.length && values.wrong === undefined; row++)
        if (!column.addValue(columnData[row])) values.wrong = { row, value: columnData[row] };
    },
  };
  return values;
}
