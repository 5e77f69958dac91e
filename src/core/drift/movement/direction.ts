import type { NumericProfile } from '../../profile/profile.ts';

/** Which way the current window lies of the reference. */
export const DIRECTIONS = ['higher', 'lower', 'more_spread', 'less_spread'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The direction of a difference; null when there is none. */
export function directionOf(difference: number): Direction | null {
  if (difference > 0) return 'higher';
  return difference < 0 ? 'lower' : null;
}

const DECILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** So much of all movement must go one way, or the values moved apart rather than up or down. */
const MOSTLY = 0.75;
/** Keeps sums of the largest numbers finite. */
const SCALE = 1 / 32;

/**
 * Whether the current values lie mostly higher or lower than the reference's, or rather wider apart or closer together.
 *
 * The nine deciles are compared: when three quarters of all movement go one way it is `higher` or `lower`; else the distance from the
 * first to the ninth decile decides between `more_spread` and `less_spread`. Deciles that stay leave it to the means.
 *
 * @returns null when either side is empty, or nothing has moved
 * @example numericDirection(numbers([1, 2, 3]).numeric, numbers([11, 12, 13]).numeric) // 'higher'
 */
export function numericDirection(reference?: NumericProfile, current?: NumericProfile): Direction | null {
  if (reference === undefined || current === undefined) return null;
  if (reference.sketch.n === 0 || current.sketch.n === 0) return null;
  const before = reference.sketch.quantiles(DECILES);
  const moves = current.sketch.quantiles(DECILES).map((value, i) => value * SCALE - (before[i] as number) * SCALE);
  const up = moves.reduce((sum, move) => sum + Math.max(0, move), 0);
  const down = moves.reduce((sum, move) => sum + Math.max(0, -move), 0);
  if (up + down === 0) return directionOf(current.moments.mean - reference.moments.mean);
  if (up >= MOSTLY * (up + down)) return 'higher';
  if (down >= MOSTLY * (up + down)) return 'lower';
  const [low = 0, high = 0] = [moves[0], moves.at(-1)];
  if (high === low) return null;
  return high > low ? 'more_spread' : 'less_spread';
}
