import type { Direction } from '../../core/drift/movement/direction.ts';
import { amount } from '../../core/format/amounts.ts';

const WORDS: Readonly<Record<Direction, string>> = {
  higher: 'higher',
  lower: 'lower',
  more_spread: 'more spread',
  less_spread: 'less spread',
};
const MAX_CHARS = 24;

/** The fields of a check that say where a difference is. */
interface Where {
  readonly at?: number | string | null | undefined;
  /** In a report, `kl` has another text here. */
  readonly direction?: string | null | undefined;
}

/**
 * The direction of a difference and where it is largest, for a column of a table.
 *
 * @example describeWhere({ direction: 'higher', at: 99.5 }) // 'higher at 99.5'
 */
export function describeWhere({ at, direction }: Where): string {
  const way = WORDS[direction as Direction] ?? '';
  const place = typeof at === 'number' ? amount(at) : cut(at ?? '');
  return [way, place].filter((part) => part !== '').join(' at ');
}

function cut(text: string): string {
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS - 1)}…` : text;
}
