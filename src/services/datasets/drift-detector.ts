import { type DatasetPair, pairDatasets } from '../../core/table/dataset-pair.ts';
import { profileRows } from '../../core/table/rows-table.ts';
import { type DetectDriftBody, detectDriftBetween } from './detect-drift.ts';
import { type DetectOptions, declaredTypes, toolOf } from './detect-settings.ts';

/** A row: maps column names to numbers, text, booleans or null. */
export type Row = Readonly<Record<string, unknown>>;

export interface DetectorOptions extends DetectOptions {
  /** Columns to treat as categorical. */
  readonly categoricalFeatures?: readonly string[] | undefined;
  /** Columns to treat as numeric. */
  readonly numericFeatures?: readonly string[] | undefined;
}

/**
 * Compares production rows with reference rows. The constructor builds the profiles once.
 *
 * @throws AppError (code `invalid_dataset`) when a table is empty or a cell has an object
 * @throws RangeError when a test is not in the table
 * @example new DriftDetector([{ age: 25 }], [{ age: 45 }]).detectDrift().verdict // 'inconclusive'
 */
export class DriftDetector {
  readonly #pair: DatasetPair;
  readonly #options: DetectorOptions;

  constructor(referenceData: readonly Row[], productionData: readonly Row[], options: DetectorOptions = {}) {
    const types = declaredTypes(options.categoricalFeatures, options.numericFeatures);
    this.#options = options;
    const reference = profileRows(referenceData, 'reference', { types });
    const production = profileRows(productionData, 'production', { types, like: reference.formats });
    this.#pair = pairDatasets(reference, production, { types, tool: toolOf(options) });
  }

  detectDrift(): DetectDriftBody {
    return detectDriftBetween(this.#pair, this.#options);
  }
}

/**
 * Compares production rows with reference rows.
 *
 * @param referenceData - at least one row
 * @param productionData - at least one row
 * @returns the body of `POST /detect-drift`
 * @throws AppError (code `invalid_dataset`) when a table is empty or a cell has an object
 * @example detectDrift([{ age: 25 }], [{ age: 45 }]).drift_detected // false
 */
export function detectDrift(
  referenceData: readonly Row[],
  productionData: readonly Row[],
  options: DetectorOptions = {},
): DetectDriftBody {
  return new DriftDetector(referenceData, productionData, options).detectDrift();
}
