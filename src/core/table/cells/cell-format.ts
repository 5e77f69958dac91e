import type { DateOrder } from './date-format.ts';
import type { NumberFormat } from './number-format.ts';

/** How the cells of a column are written. */
export type CellFormat =
  /** As programs write numbers and texts. */
  | { readonly kind: 'plain' }
  | ({ readonly kind: 'number' } & NumberFormat)
  | { readonly kind: 'date'; readonly order: DateOrder; readonly separator: string }
  /** Numbers that count time since 1970. */
  | { readonly kind: 'epoch'; readonly perSecond: number };

/** Formats by column; a column that is not there is plain. */
export type CellFormats = ReadonlyMap<string, CellFormat>;
