import type { Profile } from '../../core/profile/profile.ts';
import { datasetOf } from '../../core/table/dataset.ts';
import { profileRows } from '../../core/table/rows-table.ts';
import { declaredTypes } from './detect-settings.ts';
import type { Row } from './drift-detector.ts';

export interface ProfileOptions {
  /** Columns to treat as categorical. */
  readonly categorical?: readonly string[] | undefined;
  /** Columns to treat as numeric. */
  readonly numeric?: readonly string[] | undefined;
}

/**
 * Builds a profile from rows. Profiles can be merged and compared without the rows.
 *
 * These rows alone decide the column types. Declare types if other rows, with which you will compare, could give different ones.
 *
 * @param rows - at least one row; cells are numbers, text, booleans or null
 * @throws AppError (code `invalid_dataset`) when there are no rows or a cell has an object
 * @example profileOf([{ age: 25 }, { age: 31 }]).events // 2
 */
export function profileOf(rows: readonly Row[], options: ProfileOptions = {}): Profile {
  const types = declaredTypes(options.categorical, options.numeric);
  // Columns are what Sentinel takes them for: a profile alone cannot say in which parts dates can be compared.
  return datasetOf(profileRows(rows, 'rows', { types }), types, 'sentinel').profile;
}
