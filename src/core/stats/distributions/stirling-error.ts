const LOG_SQRT_2PI = 0.9189385332046728;

/** δ(k) for k = 0 … 15, from the factorials themselves; δ(0) is set to 0 and never used. */
const SMALL = Float64Array.from({ length: 16 }, (_, k) => {
  let factorial = 1;
  for (let i = 2; i <= k; i++) factorial *= i;
  return k === 0 ? 0 : Math.log(factorial) - (k + 0.5) * Math.log(k) + k - LOG_SQRT_2PI;
});

/**
 * The error of Stirling's formula: δ(k) = ln k! − ½ ln(2πk) − k ln k + k.
 *
 * Binomial probabilities written with δ lose no digits at large n; with ln k! they do.
 *
 * @param k - a whole number, at least 1
 * @returns δ(k), between 0 and 0.0811; absolute error below 1e-14
 * Source: C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000).
 *
 * @example stirlingError(1) // 0.08106146679532726
 */
export function stirlingError(k: number): number {
  if (k < 16) return SMALL[k] as number;
  const r = 1 / (k * k);
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / k;
}
