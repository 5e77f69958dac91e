import type { WeightedSample } from '../../profile/weighted-sample.ts';

/** Bins of the number line: (−∞, e₀], (e₀, e₁], …, (e_last, ∞). One bin more than edges; edges ascend strictly. */
export interface Bins {
  readonly edges: Float64Array;
}

/**
 * Bins that hold about equal shares of the reference: the edges are its inner quantiles, repeated ones once; both ends are open.
 *
 * A constant reference c gives three bins: below c, c itself, above c.
 *
 * @param reference - ascending values with positive weights, at least one
 * @param count - largest number of bins, from 2
 * @returns at most `count` bins; the edges are values of the reference
 * @throws RangeError when the sample is empty or the count is below 2
 * Source: the usual deciles of PSI (Siddiqi 2006), with ties dropped.
 *
 * @example quantileBins(weigh([1, 2, 3, 4]), 2).edges // [2]
 */
export function quantileBins(reference: WeightedSample, count = 10): Bins {
  const { values, weights, total } = reference;
  if (values.length === 0 || !(count >= 2))
    throw new RangeError(`quantileBins: ${values.length} values, ${count} bins`);
  const first = values[0] as number;
  if (first === values[values.length - 1]) return { edges: Float64Array.of(nextBelow(first), first) };
  const edges: number[] = [];
  let [position, below] = [0, weights[0] as number];
  for (let i = 1; i < count; i++) {
    while (below < (i / count) * total && position < values.length - 1) below += weights[++position] as number;
    const edge = values[position] as number;
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  return { edges: Float64Array.from(edges) };
}

/**
 * The weight of a sample in each bin.
 *
 * @param sample - ascending values with weights
 * @returns one number per bin; their sum is the sample's total
 * @example countInBins(weigh([1, 2, 3, 4]), { edges: Float64Array.of(2) }) // [2, 2]
 */
export function countInBins(sample: WeightedSample, bins: Bins): number[] {
  const counts = new Array<number>(bins.edges.length + 1).fill(0);
  let bin = 0;
  for (let i = 0; i < sample.values.length; i++) {
    while (bin < bins.edges.length && (sample.values[i] as number) > (bins.edges[bin] as number)) bin++;
    counts[bin] = (counts[bin] as number) + (sample.weights[i] as number);
  }
  return counts;
}

/**
 * The names of the bins, in interval notation.
 *
 * @example binNames({ edges: Float64Array.of(2) }) // ['(-inf, 2]', '(2, inf)']
 */
export function binNames(bins: Bins): string[] {
  const edges = ['-inf', ...Array.from(bins.edges, String), 'inf'];
  return edges.slice(1).map((edge, i) => (edge === 'inf' ? `(${edges[i]}, inf)` : `(${edges[i]}, ${edge}]`));
}

/** The double just below x, so that (below, x] holds x alone. */
function nextBelow(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  const bits = new BigInt64Array(1);
  const value = new Float64Array(bits.buffer);
  value[0] = x;
  bits[0] = (bits[0] as bigint) + (x > 0 ? -1n : 1n);
  return value[0];
}
