/** What a cell that is empty on one side counts as; without a rule it would make the index infinite. */
export type ZeroRule =
  /** ½ is added to every cell, and the shares are renormalised. */
  | 'half'
  /** Shares are clipped at 10⁻⁶ from below and not renormalised, as Intent Drift Guard does. */
  | 'clip';

const CLIP = 1e-6;

/**
 * The population stability index, Σ (c − r) ln(c/r), over the cells of two counts.
 *
 * @param reference - counts per cell, not negative
 * @param current - counts per cell, in the same order
 * @param rule - what to do with empty cells; the same emptied 10 % cell adds .2 to 70 depending on it
 * @returns the index, from 0; 0 when either side is empty
 * @throws RangeError when the numbers of cells differ
 * Null distribution (`half`): about (1/n + 1/m)·χ²_{B−1} (Yurdakul 2018), honest from 10 rows a cell on average.
 * Source: Siddiqi 2006; `clip` checked against the replaced system, `half` against NumPy.
 *
 * @example populationStability([500, 500], [300, 700], 'clip') // 0.16945957207744072
 */
export function populationStability(reference: readonly number[], current: readonly number[], rule: ZeroRule): number {
  if (reference.length !== current.length) {
    throw new RangeError(`populationStability: ${reference.length} cells against ${current.length}`);
  }
  const [r, c] = [shares(reference, rule), shares(current, rule)];
  if (r === undefined || c === undefined) return 0;
  return r.reduce((sum, share, i) => sum + ((c[i] as number) - share) * Math.log((c[i] as number) / share), 0);
}

function shares(counts: readonly number[], rule: ZeroRule): number[] | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  if (rule === 'clip') return counts.map((count) => Math.max(CLIP, count / total));
  return counts.map((count) => (count + 0.5) / (total + counts.length / 2));
}
