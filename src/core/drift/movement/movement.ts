import type { FeaturePair } from '../drift-test.ts';
import { type Direction, directionOf, numericDirection } from './direction.ts';
import { describeShift, type Shift } from './shift.ts';

/** What a feature's windows say of how it moved, whichever test found it. */
export interface Movement {
  readonly at: string | null;
  readonly direction: Direction | null;
  readonly shift: Shift | null;
}

export type Movements = Map<FeaturePair, Movement>;

export const STILL: Movement = { at: null, direction: null, shift: null };

/** Looked for once a feature, and only where it drifts. */
export function movementOf(pair: FeaturePair, movements: Movements): Movement {
  const known = movements.get(pair);
  if (known !== undefined) return known;
  const movement = describeMovement(pair);
  movements.set(pair, movement);
  return movement;
}

function describeMovement({ type, reference, current }: FeaturePair): Movement {
  const shift = describeShift(reference, current);
  if (type === 'numeric') return { at: null, direction: numericDirection(reference.numeric, current.numeric), shift };
  if (shift === null || !('share' in shift)) return { at: null, direction: null, shift };
  const { category, reference: before, current: after } = shift.share;
  return { at: category, direction: directionOf(after - before), shift };
}
