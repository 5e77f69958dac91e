import { type Dataset, datasetOf } from './dataset.ts';
import type { ReadOptions, TableColumns } from './table-profiler.ts';

/** Two tables to compare, with the same types of columns. */
export interface DatasetPair {
  readonly reference: Dataset;
  readonly production: Dataset;
}

/** Decides the column types of both tables by the reference, and leaves out the ignored columns. */
export function pairDatasets(
  reference: TableColumns,
  production: TableColumns,
  options: ReadOptions = {},
): DatasetPair {
  const referenceDataset = datasetOf(without(reference, options.ignore), options.types);
  const types = new Map([...(options.types ?? []), ...referenceDataset.types]);
  return { reference: referenceDataset, production: datasetOf(without(production, options.ignore), types) };
}

function without(table: TableColumns, ignored: readonly string[] = []): TableColumns {
  const isWanted = ({ name }: { name: string }) => !ignored.includes(name);
  return ignored.length === 0 ? table : { ...table, columns: table.columns.filter(isWanted) };
}
