/**
 * The exact two-sided p-value of the two-sample Kolmogorov–Smirnov statistic: P(D ≥ d) over all orderings of the pooled rows.
 *
 * Every interleaving of the samples is a lattice path from (0, 0) to (m, n); D ≥ d means that it leaves a strip around the
 * diagonal. Equal sizes have a product form. Otherwise the *share* of paths that left is carried from column to column: a
 * weighted mean of shares, so that nothing overflows and a small p keeps its relative accuracy.
 *
 * @param n - size of one sample, a whole number from 1
 * @param m - size of the other
 * @param d - the statistic, [0, 1]; a multiple of 1/lcm(n, m), to which it is rounded
 * @returns a probability, [0, 1]; exact for continuous data, conservative with ties
 * Valid from n = m = 1. Cost O(n) for equal sizes and for d = 1, else O(n·m·d).
 * Source: Hodges 1958; Viehmann, arXiv:2102.08037; checked against SciPy's ks_2samp(method='exact').
 *
 * @example ksExactPValue(7, 6, 0.5238095238095238) // 0.2773892773892774
 */
export function ksExactPValue(n: number, m: number, d: number): number {
  if (!(Number.isInteger(n) && Number.isInteger(m) && n >= 1 && m >= 1 && d >= 0 && d <= 1)) {
    throw new RangeError(`ksExactPValue(n, m, d): got ${n}, ${m}, ${d}`);
  }
  const divisor = greatestCommonDivisor(n, m);
  const h = Math.round(d * (n / divisor) * m);
  if (h === 0) return 1;
  if (h === (n / divisor) * m) return shareSeparated(n, m);
  const p = n === m ? shareOutsideSquare(n, h) : shareOutsideStrip(Math.max(n, m), Math.min(n, m), divisor, h);
  return Math.min(1, Math.max(0, p));
}

/** Two of all C(n+m, n) orderings have all of one sample before all of the other. */
function shareSeparated(n: number, m: number): number {
  let share = 2;
  for (let i = 1; i <= Math.min(n, m); i++) share *= i / (Math.max(n, m) + i);
  return share;
}

/** P = 2A₀(1 − A₁(1 − A₂(…))), the alternating reflections without cancellation. */
function shareOutsideSquare(n: number, h: number): number {
  let share = 0;
  for (let k = Math.floor(n / h); k >= 0; k--) {
    let factor = 1;
    for (let j = 0; j < h; j++) factor = ((n - k * h - j) * factor) / (n + k * h + j + 1);
    share = factor * (1 - share);
  }
  return 2 * share;
}

/** The share of paths to (m, n), m ≥ n, that touch |x/m − y/n| ≥ h/lcm; one sliding column at a time. */
function shareOutsideStrip(m: number, n: number, divisor: number, h: number): number {
  const [mStep, nStep] = [m / divisor, n / divisor];
  const inverse = Float64Array.from({ length: m + n + 1 }, (_, i) => 1 / i);
  let [low, high] = [0, Math.min(Math.ceil(h / mStep), n + 1)];
  const column = new Float64Array(Math.min(2 * high + 2, n + 1)).fill(1).fill(0, 0, high);
  for (let i = 1; i <= m; i++) {
    const [lastLow, lastLength] = [low, high - low];
    low = Math.min(Math.max(Math.floor((nStep * i - h) / mStep) + 1, 0), n);
    high = Math.min(Math.ceil((nStep * i + h) / mStep), n + 1);
    if (high <= low) return 1;
    let share = low === 0 ? 0 : 1;
    for (let j = low; j < high; j++) {
      const weight = inverse[i + j] as number;
      share = (column[j - lastLow] as number) * (i * weight) + share * (j * weight);
      column[j - low] = share;
    }
    if (lastLength > high - low) column.fill(1, high - low, lastLength);
  }
  return column[high - low - 1] as number;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
