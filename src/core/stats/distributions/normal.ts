import { erfc } from './erfc.ts';

/**
 * The upper tail of the standard normal distribution: P(Z ≥ z).
 *
 * @param z - any number of standard deviations
 * @returns a probability, [0, 1]
 * Source: erfc(z/√2)/2; checked against SciPy's norm.sf to 1e-12 relative.
 *
 * @example normalSurvival(1.959963984540054) // 0.025
 */
export function normalSurvival(z: number): number {
  return erfc(z * Math.SQRT1_2) / 2;
}
