/** Count, mean, sum of squared deviations from the mean (m2), minimum and maximum; +Infinity and −Infinity when n = 0. */
export interface Moments {
  n: number;
  mean: number;
  m2: number;
  min: number;
  max: number;
}

/** Larger values enter mean and m2 as this, so that squares stay finite; m2 is at most the largest number. min and max are exact. */
const LARGEST_IN_SUMS = 1e150;

/**
 * The moments of no values, the identity of `mergeMoments`.
 *
 * @example emptyMoments().n // 0
 */
export function emptyMoments(): Moments {
  return { n: 0, mean: 0, m2: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
}

/**
 * Adds one value to `m` by Welford's update: mean += (x − mean)/n, m2 += (x − mean_old)(x − mean_new).
 *
 * @param m - changed in place
 * @param x - finite; |x| > 1e150 enters the sums as ±1e150
 * @throws RangeError for NaN and ±Infinity
 * @example const m = emptyMoments(); addValueInto(m, 2); addValueInto(m, 4); m.mean // 3
 */
export function addValueInto(m: Moments, x: number): void {
  if (x - x !== 0) throw new RangeError(`addValueInto: x must be finite, got ${x}`);
  if (x < m.min) m.min = x + 0;
  if (x > m.max) m.max = x + 0;
  const bounded = x > LARGEST_IN_SUMS ? LARGEST_IN_SUMS : x < -LARGEST_IN_SUMS ? -LARGEST_IN_SUMS : x;
  m.n += 1;
  const delta = bounded - m.mean;
  m.mean += delta / m.n;
  m.m2 = Math.min(m.m2 + delta * (bounded - m.mean), Number.MAX_VALUE);
}

/**
 * Adds many values in order: the same bits as `addValueInto`, in less time.
 *
 * @param m - changed in place; unchanged where this throws
 * @param values - finite
 * @throws RangeError for NaN and ±Infinity
 * @example const m = emptyMoments(); addValuesInto(m, Float64Array.of(2, 4)); m.mean // 3
 */
export function addValuesInto(m: Moments, values: Float64Array): void {
  let { n, mean, m2, min, max } = m;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (x - x !== 0) throw new RangeError(`addValuesInto: values must be finite, got ${x}`);
    if (x < min) min = x + 0;
    if (x > max) max = x + 0;
    const bounded = x > LARGEST_IN_SUMS ? LARGEST_IN_SUMS : x < -LARGEST_IN_SUMS ? -LARGEST_IN_SUMS : x;
    n += 1;
    const delta = bounded - mean;
    mean += delta / n;
    m2 = Math.min(m2 + delta * (bounded - mean), Number.MAX_VALUE);
  }
  Object.assign(m, { n, mean, m2, min, max });
}

/**
 * Merges the moments of two samples: M2 = M2ₐ + M2_b + δ²·nₐn_b/(nₐ + n_b) (Chan, Golub, LeVeque 1979).
 *
 * @returns new moments; n, min and max exact, mean and m2 to rounding
 * @example mergeMoments(emptyMoments(), emptyMoments()).n // 0
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.n === 0) return { ...b };
  if (b.n === 0) return { ...a };
  const n = a.n + b.n;
  const delta = b.mean - a.mean;
  return {
    n,
    mean: a.mean + delta * (b.n / n),
    m2: Math.min(a.m2 + b.m2 + delta * delta * a.n * (b.n / n), Number.MAX_VALUE),
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/**
 * Sample variance, m2/(n − 1) (ddof 1).
 *
 * @returns NaN when n < 2; never Infinity
 * @example const m = emptyMoments(); addValueInto(m, 2); addValueInto(m, 4); variance(m) // 2
 */
export function variance(m: Moments): number {
  return m.n < 2 ? Number.NaN : m.m2 / (m.n - 1);
}

/**
 * Sample standard deviation, √variance.
 *
 * @returns NaN when n < 2
 * @example const m = emptyMoments(); addValueInto(m, 1); addValueInto(m, 1); standardDeviation(m) // 0
 */
export function standardDeviation(m: Moments): number {
  return Math.sqrt(variance(m));
}
