import { profileRows } from '../../core/table/rows-table.ts';
import type { ColumnType } from '../../core/table/table-profiler.ts';
import { type DetectDriftBody, type DetectOptions, detectDriftBetween } from './detect-drift.ts';
import { type DatasetPair, pairOf } from './read-pair.ts';

/** A row: column → number, text, boolean or null. */
export type Row = Readonly<Record<string, unknown>>;

export interface DetectorOptions extends DetectOptions {
  /** Columns that hold names, whatever they look like. */
  readonly categoricalFeatures?: readonly string[] | undefined;
  /** Columns that hold numbers, however few. */
  readonly numericFeatures?: readonly string[] | undefined;
}

/**
 * Compares production rows with reference rows; the rows are folded into profiles once, when it is made.
 *
 * @throws AppError (code `invalid_dataset`) where a table is empty or a cell holds an object
 * @throws RangeError when a test is not in the table
 * @example new DriftDetector([{ age: 25 }], [{ age: 45 }]).detectDrift().verdict // 'inconclusive'
 */
export class DriftDetector {
  private readonly pair: DatasetPair;
  private readonly options: DetectorOptions;

  constructor(referenceData: readonly Row[], productionData: readonly Row[], options: DetectorOptions = {}) {
    const types = declaredTypes(options.categoricalFeatures, options.numericFeatures);
    this.options = options;
    this.pair = pairOf(
      profileRows(referenceData, 'reference', { types }),
      profileRows(productionData, 'production', { types }),
      { types },
    );
  }

  detectDrift(): DetectDriftBody {
    return detectDriftBetween(this.pair, this.options);
  }
}

/**
 * Compares production rows with reference rows.
 *
 * @param referenceData - rows as they should be, at least one
 * @param productionData - rows as they are, at least one
 * @returns the body of `POST /detect-drift`
 * @throws AppError (code `invalid_dataset`) where a table is empty or a cell holds an object
 * @example detectDrift([{ age: 25 }], [{ age: 45 }]).drift_detected // false
 */
export function detectDrift(
  referenceData: readonly Row[],
  productionData: readonly Row[],
  options: DetectorOptions = {},
): DetectDriftBody {
  return new DriftDetector(referenceData, productionData, options).detectDrift();
}

/** @throws RangeError when a column is declared both */
export function declaredTypes(
  categorical: readonly string[] = [],
  numeric: readonly string[] = [],
): ReadonlyMap<string, ColumnType> {
  const both = categorical.find((column) => numeric.includes(column));
  if (both !== undefined) throw new RangeError(`column ${both} cannot be both categorical and numeric`);
  return new Map<string, ColumnType>([
    ...categorical.map((column) => [column, 'categorical'] as const),
    ...numeric.map((column) => [column, 'numeric'] as const),
  ]);
}
