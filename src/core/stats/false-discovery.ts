/**
 * Benjamini–Hochberg adjustment: rejecting where the adjusted p ≤ q keeps the expected share of false rejections at most q.
 *
 * adj₍ᵢ₎ = min over j ≥ i of p₍ⱼ₎·m/j, capped at 1; valid for independent or positively dependent tests.
 *
 * @param pValues - probabilities, [0, 1], in any order
 * @returns adjusted p-values in the same order, each at least as large as its p
 * @throws RangeError when a value is not a probability
 * Source: Benjamini & Hochberg 1995; checked against SciPy's false_discovery_control.
 *
 * @example benjaminiHochberg([0.01, 0.04, 0.03]) // [0.03, 0.04, 0.04]
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  return adjustStepUp(pValues, 1);
}

/**
 * Benjamini–Yekutieli adjustment: Benjamini–Hochberg times Σ 1/i; valid under any dependence between the tests.
 *
 * @param pValues - probabilities, [0, 1], in any order
 * @returns adjusted p-values in the same order
 * @throws RangeError when a value is not a probability
 * Source: Benjamini & Yekutieli 2001; checked against SciPy's false_discovery_control(method='by').
 *
 * @example benjaminiYekutieli([0.01, 0.5]) // [0.03, 0.75]
 */
export function benjaminiYekutieli(pValues: readonly number[]): number[] {
  let harmonic = 0;
  for (let i = 1; i <= pValues.length; i++) harmonic += 1 / i;
  return adjustStepUp(pValues, harmonic);
}

function adjustStepUp(pValues: readonly number[], factor: number): number[] {
  const count = pValues.length;
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new RangeError(`false discovery: ${wrong} is not a probability`);
  const largestFirst = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const adjusted = new Array<number>(count).fill(1);
  let least = 1;
  largestFirst.forEach(({ p, index }, i) => {
    least = Math.min(least, (p * factor * count) / (count - i));
    adjusted[index] = least;
  });
  return adjusted;
}
