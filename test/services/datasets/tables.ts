import type { CsvTable } from '../../../src/core/table/csv-table.ts';
import { CsvTable as Csv } from '../../../src/core/table/csv-table.ts';
import { type Dataset, datasetOf } from '../../../src/core/table/dataset.ts';
import type { ReadOptions, TableColumns } from '../../../src/core/table/table-profiler.ts';

/** A CSV text read in one piece, or cut at these bytes. */
export function readCsvText(
  text: string | Uint8Array,
  options: ReadOptions = {},
  cuts: readonly number[] = [],
): TableColumns {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const table: CsvTable = new Csv('reference', options);
  let from = 0;
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    if (cut <= from) continue;
    table.write(bytes.subarray(from, cut));
    from = cut;
  }
  return table.end();
}

/** What a column holds, in plain words: its sorted numbers, its names with counts, and how many cells are missing. */
export function contents(dataset: Dataset, column: string) {
  const feature = dataset.profile.features.get(column);
  const seen = (feature?.numeric?.moments.n ?? 0) + (feature?.categories?.n ?? 0);
  return {
    type: dataset.types.get(column),
    numbers: Array.from(feature?.numeric?.sketch.weighted().values ?? []),
    names: Object.fromEntries([...(feature?.categories?.counts ?? [])].sort()),
    missing: dataset.rows - seen,
  };
}

export const datasetOfCsv = (text: string, options: ReadOptions = {}): Dataset =>
  datasetOf(readCsvText(text, options), options.types);

export async function* chunksOf(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}
