/** The empty run. */
export const NO_VALUES = new Float64Array(0);

/**
 * Merges two ascending runs.
 *
 * @example mergeRuns(Float64Array.of(1, 3), Float64Array.of(2)) // Float64Array.of(1, 2, 3)
 */
export function mergeRuns(a: Float64Array, b: Float64Array): Float64Array {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const merged = new Float64Array(a.length + b.length);
  let [i, j, to] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i] as number, b[j] as number];
    if (x <= y) {
      merged[to++] = x;
      i++;
    } else {
      merged[to++] = y;
      j++;
    }
  }
  merged.set(i < a.length ? a.subarray(i) : b.subarray(j), to);
  return merged;
}

/**
 * Every second value of an ascending run, from `start` on.
 *
 * @example everySecond(Float64Array.of(1, 2, 3, 4), 1) // Float64Array.of(2, 4)
 */
export function everySecond(run: Float64Array, start: number): Float64Array {
  const kept = new Float64Array((run.length - start + 1) >> 1);
  for (let i = 0, from = start; i < kept.length; i++, from += 2) kept[i] = run[from] as number;
  return kept;
}

/**
 * Merges ascending values with weights and an ascending run whose values all have the weight `weight`.
 *
 * @returns values, ascending, and their weights
 * @example mergeWeighted(Float64Array.of(1), Float64Array.of(1), Float64Array.of(0, 2), 4)[1] // Float64Array.of(4, 1, 4)
 */
export function mergeWeighted(
  values: Float64Array,
  weights: Float64Array,
  run: Float64Array,
  weight: number,
): [values: Float64Array, weights: Float64Array] {
  const count = values.length + run.length;
  const merged = new Float64Array(count);
  const mergedWeights = new Float64Array(count);
  let i = 0;
  let j = 0;
  for (let to = 0; to < count; to++) {
    const old = j === run.length || (i < values.length && (values[i] as number) <= (run[j] as number));
    merged[to] = (old ? values[i] : run[j]) as number;
    mergedWeights[to] = old ? (weights[i++] as number) : weight;
    if (!old) j++;
  }
  return [merged, mergedWeights];
}

/**
 * The type 7 quantile: linear interpolation between the values around position (n − 1)·q.
 *
 * @param run - ascending, not empty
 * @param q - share, [0, 1]
 * Source: Hyndman & Fan 1996; the default of NumPy and R.
 *
 * @example quantileType7(Float64Array.of(1, 2, 3, 4), 0.5) // 2.5
 */
export function quantileType7(run: Float64Array, q: number): number {
  const position = (run.length - 1) * q;
  const below = Math.floor(position);
  const share = position - below;
  const low = run[below] as number;
  const high = run[Math.min(below + 1, run.length - 1)] as number;
  const gap = high - low;
  return Number.isFinite(gap) ? low + share * gap : low * (1 - share) + high * share;
}
