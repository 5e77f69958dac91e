import type { Profile } from '../../core/profile/profile.ts';
import { datasetOf } from '../../core/table/dataset.ts';
import { profileRows } from '../../core/table/rows-table.ts';
import { declaredTypes, type Row } from './drift-detector.ts';

export interface ProfileOptions {
  /** Columns that hold names, whatever they look like. */
  readonly categorical?: readonly string[] | undefined;
  /** Columns that hold numbers, however few. */
  readonly numeric?: readonly string[] | undefined;
}

/**
 * Folds rows into a profile, which can be merged and compared without them.
 *
 * Columns are typed by these rows alone; declare the types where two profiles that will be compared might see them differently.
 *
 * @param rows - column → number, text, boolean or null; at least one
 * @throws AppError (code `invalid_dataset`) where there are no rows or a cell holds an object
 * @example profileOf([{ age: 25 }, { age: 31 }]).events // 2
 */
export function profileOf(rows: readonly Row[], options: ProfileOptions = {}): Profile {
  const types = declaredTypes(options.categorical, options.numeric);
  return datasetOf(profileRows(rows, 'rows', { types }), types).profile;
}
