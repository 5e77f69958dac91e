import { AppError } from '../core/errors.ts';

export interface PageQuery {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

export interface Page<Row> {
  readonly rows: Row[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/**
 * Pages of a list that is ordered by these numbers of its rows, the most significant one first. A cursor has the numbers of the last row of
 * its page, so rows that are added or deleted move no page.
 */
export function pagesBy<const Key extends string>(...keys: readonly Key[]) {
  type Position = Readonly<Record<Key, number>>;
  return {
    /**
     * The position of a cursor, or `first` without one.
     *
     * @throws AppError invalid_request when it is not a cursor of this list
     */
    start(after: string | undefined, first: Position): Position {
      if (after === undefined) return first;
      const numbers = decodeCursor(after, keys.length).map(toSafeNumber);
      return Object.fromEntries(keys.map((key, i) => [key, numbers[i]])) as Record<Key, number>;
    },

    /** The page of rows of which one more than the limit was asked for. */
    cut<Row extends Position>(found: readonly Row[], limit: number): Page<Row> {
      const rows = found.slice(0, limit);
      const last = found.length > limit ? rows.at(-1) : undefined;
      return { rows, next: last === undefined ? null : encodeCursor(keys.map((key) => last[key])) };
    },
  };
}

/** Most lists are in the order in which their rows were inserted. */
export const BY_ID = pagesBy('id');
export const OLDEST = { id: 0 };
export const NEWEST = { id: Number.MAX_SAFE_INTEGER };

export function encodeCursor(position: readonly (number | bigint)[]): string {
  return Buffer.from(position.join('.')).toString('base64url');
}

/** @throws AppError invalid_request when it does not have that many numbers, of at most 21 digits */
export function decodeCursor(cursor: string, length: number): bigint[] {
  const parts = Buffer.from(cursor, 'base64url').toString('latin1').split('.');
  if (parts.length === length && parts.every((part) => /^\d{1,21}$/.test(part))) return parts.map(BigInt);
  throw notACursor();
}

/** @throws AppError invalid_request beyond 2^53 − 1, where no id and no time is */
export function toSafeNumber(part: bigint): number {
  if (part > Number.MAX_SAFE_INTEGER) throw notACursor();
  return Number(part);
}

function notACursor(): AppError {
  return new AppError('invalid_request', 'cursor must be the `next` of an earlier answer');
}
