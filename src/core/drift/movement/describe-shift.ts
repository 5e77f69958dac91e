import { apart } from '../../format/amounts.ts';
import type { Shift } from './shift.ts';

const MAX_CATEGORY_CHARS = 40;

/**
 * What moved, in numbers that anybody reads. Without markup; a category is cut after 40 characters.
 *
 * @example describeShift({ median: { reference: 102.31, current: 210.4 } }) // 'median 102 → 210'
 */
export function describeShift(shift: Shift): string {
  if ('median' in shift) return `median ${change(shift.median.reference, shift.median.current)}`;
  const { category, reference, current } = shift.share;
  return `"${cut(category)}" ${change(reference * 100, current * 100, ' %')}`;
}

function change(before: number, after: number, unit = ''): string {
  const [from, to] = apart([before, after], 3);
  return `${from}${unit} → ${to}${unit}`;
}

function cut(text: string): string {
  const chars = [...text];
  return chars.length > MAX_CATEGORY_CHARS ? `${chars.slice(0, MAX_CATEGORY_CHARS - 1).join('')}…` : text;
}
