/** Ascending values with positive weights; `total` is the sum of the weights. */
interface Sample {
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly total: number;
}

/**
 * Bin edges by Doane's rule: Sturges' number of bins, more of them for skewed values. Equal to NumPy's
 * `histogram_bin_edges(bins='doane')`.
 *
 * 1 + log₂ n + log₂(1 + |g₁|/σ_g) bins of equal width between the ends, g₁ the skewness, σ_g = √(6(n−2)/((n+1)(n+3))).
 *
 * @param sample - ascending values with positive weights, at least one
 * @returns edges, ascending, at least two; a constant sample gives x − 0.5 and x + 0.5
 * Source: Doane 1976; checked against NumPy.
 *
 * @example doaneEdges({ values: Float64Array.of(1, 2, 3, 4), weights: Float64Array.of(1, 1, 1, 1), total: 4 }).length // 4
 */
export function doaneEdges({ values, weights, total: n }: Sample): number[] {
  const [low, high] = [values[0] as number, values.at(-1) as number];
  if (low === high) return [low - 0.5, high + 0.5];
  const mean = values.reduce((sum, x, i) => sum + x * (weights[i] as number), 0) / n;
  const moment = (power: number) =>
    values.reduce((sum, x, i) => sum + (weights[i] as number) * (x - mean) ** power, 0) / n;
  const deviation = Math.sqrt(moment(2));
  const spread = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  const isNarrow = n <= 2 || deviation === 0;
  const width = isNarrow
    ? 0
    : (high - low) / (1 + Math.log2(n) + Math.log2(1 + Math.abs(moment(3) / deviation ** 3) / spread));
  const bins = width > 0 ? Math.ceil((high - low) / width) : 1;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * ((high - low) / bins)));
}
