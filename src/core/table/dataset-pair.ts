import type { PresetName } from '../drift/presets/table.ts';
import { AppError } from '../errors.ts';
import type { ColumnTypes } from './cells/column-type.ts';
import { type Dataset, datasetOf } from './dataset.ts';
import { type DatePart, datePartsOf, type PartPair } from './date-parts.ts';
import { quote, type TableColumns } from './table-profiler.ts';

/** Two tables to compare, with the same types of columns. */
export interface DatasetPair {
  readonly reference: Dataset;
  readonly production: Dataset;
  /** The parts in which the dates of a column can be compared. */
  readonly dates: ReadonlyMap<string, ReadonlyMap<DatePart, PartPair>>;
}

/** How two tables are paired. */
export interface PairOptions {
  /** Declared types of columns. */
  readonly types?: ColumnTypes | undefined;
  readonly ignore?: readonly string[] | undefined;
  /** The tool whose rule compares: columns are what it takes them for. */
  readonly tool?: PresetName | undefined;
}

/**
 * Decides the column types of both tables by the reference, and leaves out the ignored columns.
 *
 * @throws AppError when a column of the reference is declared numeric or a timestamp, and most of its cells are something else
 */
export function pairDatasets(
  reference: TableColumns,
  production: TableColumns,
  { types = new Map(), ignore, tool }: PairOptions = {},
): DatasetPair {
  refuseTexts(reference, types);
  const before = datasetOf(without(reference, ignore), types, tool);
  const known = new Map([...types, ...before.types]);
  const after = datasetOf(without(production, ignore), known, tool);
  const dates = new Map<string, ReadonlyMap<DatePart, PartPair>>();
  for (const [column, type] of before.types) {
    if (type !== 'timestamp') continue;
    const [was, is] = [before.dates.get(column), after.dates.get(column)];
    dates.set(column, was === undefined || is === undefined ? new Map() : datePartsOf(was, is));
  }
  return { reference: before, production: after, dates };
}

function without(table: TableColumns, ignored: readonly string[] = []): TableColumns {
  const isWanted = ({ name }: { name: string }) => !ignored.includes(name);
  return ignored.length === 0 ? table : { ...table, columns: table.columns.filter(isWanted) };
}

const DECLARED = { numeric: 'numbers', timestamp: 'dates' } as const;

function refuseTexts({ source, columns, profile }: TableColumns, types: ColumnTypes): void {
  for (const { name, numbers, texts, calendar } of columns) {
    const type = types.get(name);
    if (type !== 'numeric' && type !== 'timestamp') continue;
    const isTimestamp = type === 'timestamp';
    const fitting = isTimestamp && calendar === undefined ? 0 : numbers;
    const others = isTimestamp && calendar === undefined ? numbers + texts : texts;
    if (others <= fitting) continue;
    const example = [...(profile.features.get(name)?.categories?.counts.keys() ?? [])][0];
    const such = example === undefined ? '' : `, such as ${quote(example)}`;
    throw new AppError(
      'invalid_dataset',
      `${source}, column ${quote(name)}, is declared ${type}, but ${others} of its ${others + fitting} cells are no ${DECLARED[type]}${such}; ` +
        'declare it categorical, or say how it is written (decimal, dates)',
    );
  }
}
