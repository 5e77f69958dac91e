import type { Direction } from '../../core/drift/direction.ts';
import { amount } from '../../core/format/amounts.ts';

const WORDS: Readonly<Record<Direction, string>> = {
  higher: 'higher',
  lower: 'lower',
  more_spread: 'more spread',
  less_spread: 'less spread',
};
const MOST = 24;

/** What the JSON of a check says of where a difference lies. */
interface Where {
  readonly at?: number | string | null;
  /** `kl` of a report has a text of its own here. */
  readonly direction?: string | null;
}

/**
 * Which way a difference went and where it is largest, for a column of a table.
 *
 * @example describeWhere({ direction: 'higher', at: 99.5 }) // 'higher at 99.5'
 */
export function describeWhere({ at, direction }: Where): string {
  const way = WORDS[direction as Direction] ?? '';
  const place = typeof at === 'number' ? amount(at) : cut(at ?? '');
  return [way, place].filter((part) => part !== '').join(' at ');
}

function cut(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text;
}
