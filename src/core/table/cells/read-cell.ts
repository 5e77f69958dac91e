import { decode } from '../text-counts.ts';
import type { CellFormat } from './cell-format.ts';
import { momentOf, splitDate } from './date-format.ts';
import { numberReader } from './number-format.ts';

/** Reads a cell as a number, or as milliseconds since the Unix epoch; NaN when it is not written in the format. */
export type CellReader = (bytes: Uint8Array, start: number, end: number) => number;

/** The reader of a format that is neither plain nor made of plain numbers. */
export function cellReader(format: CellFormat): CellReader | undefined {
  if (format.kind === 'number') return numberReader(format);
  if (format.kind !== 'date') return undefined;
  // Rows are often in order of time, so that many cells in turn are the same.
  let [known, moment] = [Buffer.alloc(0), Number.NaN];
  return (bytes, start, end) => {
    if (end - start === known.length && known.equals(bytes.subarray(start, end))) return moment;
    known = Buffer.from(bytes.subarray(start, end));
    moment = momentOf(splitDate(decode(bytes, start, end) ?? ''), format.order);
    return moment;
  };
}
