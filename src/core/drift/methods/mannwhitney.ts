import { mannWhitneyPValue } from '../../stats/tests/mann-whitney.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';
import { type EcdfSteps, ecdfSteps } from '../ecdf/ecdf-steps.ts';

/**
 * Mann–Whitney U (Wilcoxon rank sum): are values of one window mostly the larger ones?
 *
 * U counts the pairs in which the reference's value is larger, ties as one half; p is the normal law's, corrected for ties and for
 * continuity. On sketches U is first brought towards its mean by both rank errors.
 *
 * Effect: Cliff's δ = |2U/(nm) − 1|, [0, 1]. Floor: .1. Smallest honest n: 20 on both sides. Resolution: twice both rank errors, at
 * most the effect (99 %). Null: uniform, in steps of U; conservative on sketches. Blind to a change of spread alone.
 * Source: Mann & Whitney 1947; checked against SciPy's mannwhitneyu(method='asymptotic').
 */
export const mannwhitney: DriftTest = {
  title: 'Mann–Whitney U',
  types: ['numeric'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: compareRanks,
  wire: (result) => ({ u: result.statistic }),
};

function compareRanks(pair: FeaturePair): TestResult {
  const [reference, current] = [pair.reference.numeric?.sketch, pair.current.numeric?.sketch];
  const [n, m] = [reference?.n ?? 0, current?.n ?? 0];
  if (!reference || !current || Math.min(n, m) < mannwhitney.minRows) return cannotSay(n, m, 'insufficient_samples');
  const steps = ecdfSteps(reference.weighted(), current.weighted());
  const { u, tieTerm } = countWins(steps);
  const delta = (2 * u) / (n * m) - 1;
  const resolution = Math.min(Math.abs(delta), 2 * (reference.rankError() + current.rankError()));
  const sureU = u - ((Math.sign(delta) * resolution) / 2) * n * m;
  return {
    ...{ statistic: u, effect: Math.abs(delta), resolution, nReference: n, nCurrent: m },
    pValue: mannWhitneyPValue(sureU, n, m, steps.isTied || resolution === 0 ? tieTerm : 0),
    method: resolution > 0 ? 'normal on U - resolution' : 'normal',
  };
}

function countWins({ reference, current }: EcdfSteps): { u: number; tieTerm: number } {
  let [u, tieTerm, belowCurrent] = [0, 0, 0];
  for (let i = 0; i < reference.length; i++) {
    const [r, c] = [reference[i] as number, current[i] as number];
    u += r * (belowCurrent + c / 2);
    belowCurrent += c;
    tieTerm += (r + c) ** 3 - (r + c);
  }
  return { u, tieTerm };
}
