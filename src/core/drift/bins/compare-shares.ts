import { chiSquaredSurvival } from '../../stats/distributions/chi-squared.ts';
import { chiSquaredHomogeneity } from '../../stats/tests/homogeneity.ts';
import { cannotSay, type FeaturePair, type TestResult } from '../drift-test.ts';
import {
  type ContingencyTable,
  contingencyTable,
  evidenceOf,
  largestShift,
  rowsOf,
  smoothedShares,
} from './contingency-table.ts';

type Shares = readonly number[];

/** How a test of shares measures, and where its evidence comes from. */
export interface ShareMeasure {
  /** The number people know, from both sides' shares. */
  statistic(reference: Shares, current: Shares): number;
  /** The effect, where it is another scale than the statistic. */
  effect?(statistic: number): number;
  /**
   * The statistic times this, over 1/n + 1/m, follows χ²_{B−1} for small changes. Without it the evidence is Pearson's χ² of
   * the same cells.
   */
  chiSquared?(statistic: number): number;
}

/**
 * Compares the shares of categories, or of the reference's quantile bins, by one measure.
 *
 * Half a row is added to every cell. On sketches the statistic is measured again with every cell moved as far as the sketches'
 * mass error allows, towards the reference (which the p-value uses) and away from it: the larger change is the resolution.
 */
export function compareShares(pair: FeaturePair, measure: ShareMeasure): TestResult {
  const [nReference, nCurrent] = rowsOf(pair);
  const cells = contingencyTable(pair);
  if (cells === undefined) return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const [reference, current] = [smoothedShares(cells.reference), smoothedShares(cells.current)];
  const at = (shares: Shares) => measure.statistic(reference, shares);
  const error = cells.referenceError + cells.currentError;
  const statistic = at(current);
  const least = error === 0 ? statistic : Math.min(statistic, at(moved(reference, current, -error)));
  const most = error === 0 ? statistic : at(moved(reference, current, error));
  const effect = measure.effect ?? ((value: number) => value);
  const evidence =
    measure.chiSquared === undefined
      ? pearson(cells, error)
      : expansion(cells, measure.chiSquared(least) / (1 / nReference + 1 / nCurrent));
  const pooled = cells.pooled > 1 ? `, ${cells.pooled} rare categories as one` : '';
  return {
    ...{ statistic, effect: effect(statistic), pValue: evidence.pValue, nReference, nCurrent },
    resolution: Math.max(effect(statistic) - effect(least), effect(most) - effect(statistic)),
    method: `+1/2 per cell, ${evidence.law}${pooled}`,
    at: largestShift(cells),
    currentCounts: cells.currentCounts,
  };
}

function expansion(cells: ContingencyTable, x: number): { pValue: number; law: string } {
  if (cells.exactPValue !== undefined) return { pValue: cells.exactPValue, law: 'Fisher' };
  const df = cells.reference.length - 1;
  return { pValue: df === 0 ? 1 : chiSquaredSurvival(x, df), law: `chi2(${df})` };
}

/** Pearson's χ² of counts that the sketches' error brings as near to the reference as it can. */
function pearson(cells: ContingencyTable, error: number): { pValue: number; law: string } {
  if (error === 0) return evidenceOf(cells);
  const m = cells.current.reduce((sum, count) => sum + count, 0);
  const n = cells.reference.reduce((sum, count) => sum + count, 0);
  const nearest = moved(
    cells.reference.map((count) => count / n),
    cells.current.map((count) => count / m),
    -error,
  );
  const { pValue, df } = chiSquaredHomogeneity(
    cells.reference,
    nearest.map((share) => share * m),
  );
  return { pValue, law: `chi2(${df})` };
}

/** Every current share moved by `step`: away from the reference, or (below 0) towards it and no farther. */
function moved(reference: Shares, current: Shares, step: number): number[] {
  const shares = current.map((share, i) => {
    const gap = share - (reference[i] as number);
    const wide = Math.max(0, Math.abs(gap) + step);
    const least = step > 0 ? share / 2 : 0;
    return Math.max(least, (reference[i] as number) + (gap < 0 ? -wide : wide));
  });
  const all = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / all);
}
