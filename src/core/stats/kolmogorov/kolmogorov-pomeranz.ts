const BIG = 2 ** 128;
const SMALL = 2 ** -128;

/**
 * P(Dₙ ≤ d) for the two-sided Kolmogorov–Smirnov statistic, by Pomeranz's recursion.
 *
 * 2n + 1 convolutions of a short row with Poisson-like weights, times n!. Exact; cost n·(nd)².
 *
 * @param n - sample size, a whole number from 1 to 140
 * @param d - the statistic, 1/n < d < 1
 * @returns a probability, [0, 1], to about 1e-14
 * Source: Pomeranz, Comm. ACM 17 (1974); the indexing of Simard & L'Ecuyer 2011 as in SciPy's kstwo (BSD).
 *
 * @example 1 - kolmogorovPomeranz(25, 0.2) // 0.23632065644537592
 */
export function kolmogorovPomeranz(n: number, d: number): number {
  const whole = Math.floor(n * d);
  const fraction = n * d - whole;
  const g = Math.min(fraction, 1 - fraction);
  const size = 2 * (whole + 1);
  const [ends, odd, even] = [weights(g / n, size), weights((2 * g) / n, size), weights((1 - 2 * g) / n, size)];
  let row = new Float64Array(size);
  let next = new Float64Array(size);
  row[0] = 1;
  let exponent = 0;
  let [low] = rowRange(0, n, whole, fraction);
  for (let i = 1; i <= 2 * n + 1; i++) {
    const [start, end] = rowRange(i, n, whole, fraction);
    const factor = i === 1 || i === 2 * n + 1 ? ends : i % 2 === 1 ? odd : even;
    const largest = convolveInto(next, row, factor, [start - low, end - low]);
    if (largest > 0 && largest < SMALL) {
      for (let j = 0; j < size; j++) next[j] = (next[j] as number) * BIG;
      exponent -= 128;
    }
    [row, next] = [next, row];
    low = start;
  }
  return timesFactorial(row[n - low] as number, n, exponent);
}

/** The entries of row i that can be above 0: [first, last]. */
function rowRange(i: number, n: number, whole: number, fraction: number): [number, number] {
  const ceiling = fraction > 0 ? 1 : 0;
  const rounded = fraction > 0.5 ? 1 : 0;
  if (i === 0) return [Math.max(1 - whole - ceiling, 0), Math.min(whole + ceiling - 1, n)];
  const half = Math.floor((i + 1) / 2);
  if (i % 2 === 0) return [Math.max(half - whole, 0), Math.min(half + whole + rounded - 1, n)];
  if (half === n + 1) return [Math.max(n + 1 - whole - ceiling, 0), Math.min(n + whole + ceiling - 1, n)];
  return [Math.max(half - whole - rounded, 0), Math.min(half + whole + ceiling - 2, n)];
}

/** rateᵐ/m! for m = 0 … size − 1: Poisson weights without their normalizing factor. */
function weights(rate: number, size: number): Float64Array {
  const powers = new Float64Array(size);
  powers[0] = 1;
  for (let m = 1; m < size; m++) powers[m] = ((powers[m - 1] as number) * rate) / m;
  return powers;
}

/** target[t] = Σ row[s]·factor[from + t − s] for from ≤ from + t ≤ to, zero elsewhere; returns the largest. */
function convolveInto(
  target: Float64Array,
  row: Float64Array,
  factor: Float64Array,
  [from, to]: readonly [number, number],
): number {
  target.fill(0);
  let largest = 0;
  for (let t = from; t <= to; t++) {
    let sum = 0;
    for (let s = Math.max(0, t - factor.length + 1); s <= Math.min(t, row.length - 1); s++) {
      sum += (row[s] as number) * (factor[t - s] as number);
    }
    target[t - from] = sum;
    if (sum > largest) largest = sum;
  }
  return largest;
}

function timesFactorial(p: number, n: number, scale: number): number {
  let [value, exponent] = [p, scale];
  for (let m = 1; m <= n; m++) {
    if (value > BIG) {
      value *= SMALL;
      exponent += 128;
    }
    value *= m;
  }
  return Math.min(1, value * 2 ** exponent);
}
