import type { Rng } from './rng.ts';

/**
 * Draws from the standard normal distribution.
 *
 * @param rng - two numbers are taken from it
 * @returns √(−2 ln(1 − u)) · cos(2πv) of two uniform numbers u and v; always finite, because u < 1
 * Source: G. Box and M. Muller, A note on the generation of random normal deviates, 1958.
 *
 * @example drawNormal(seededRng('a')) // 0.9894720903518692
 */
export function drawNormal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}
