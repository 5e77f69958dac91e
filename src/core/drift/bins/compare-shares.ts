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

/** How a test compares shares, and where its p-value comes from. */
export interface ShareMeasure {
  /** The test's usual statistic, from both sides' shares. */
  statistic(reference: Shares, current: Shares): number;
  /** The effect, where its scale is not that of the statistic. */
  effect?(statistic: number): number;
  /**
   * The statistic scaled so that it, over 1/n + 1/m, follows χ²_{B−1} for small changes. Without it p is that of Pearson's χ² test of
   * the same counts.
   */
  chiSquared?(statistic: number): number;
}

/**
 * Compares the shares of categories, or of the reference's quantile bins, by one measure.
 *
 * Half a row is added to every count. On sketches the statistic is computed again with every bin moved by the sketches' mass error,
 * toward the reference (which the p-value uses) and away from it; the larger change of the effect is the resolution.
 *
 * @returns inconclusive (`insufficient_samples`) with fewer rows than `contingencyTable` needs
 * @example
 * const pair = categoricalPair([300, 100], [30, 10]);
 * compareShares(pair, { statistic: (reference, current) => current[0] - reference[0] }).pValue;
 * // 1
 */
export function compareShares(pair: FeaturePair, measure: ShareMeasure): TestResult {
  const [nReference, nCurrent] = rowsOf(pair);
  const table = contingencyTable(pair);
  if (table === undefined) return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const [reference, current] = [smoothedShares(table.reference), smoothedShares(table.current)];
  const at = (shares: Shares) => measure.statistic(reference, shares);
  const error = table.referenceError + table.currentError;
  const statistic = at(current);
  const least = error === 0 ? statistic : Math.min(statistic, at(moved(reference, current, -error)));
  const most = error === 0 ? statistic : at(moved(reference, current, error));
  const effect = measure.effect ?? ((value: number) => value);
  const evidence =
    measure.chiSquared === undefined
      ? pearson(table, error)
      : expansion(table, measure.chiSquared(least) / (1 / nReference + 1 / nCurrent));
  const shift = largestShift(table);
  const pooled = table.pooled > 1 ? `, ${table.pooled} rare categories as one` : '';
  return {
    statistic,
    effect: effect(statistic),
    pValue: evidence.pValue,
    nReference,
    nCurrent,
    resolution: Math.max(effect(statistic) - effect(least), effect(most) - effect(statistic)),
    method: `+1/2 per cell, ${evidence.law}${pooled}`,
    at: shift.at,
    // Of numbers a fuller bin says nothing about higher or lower.
    ...(pair.type === 'categorical' && { direction: shift.direction }),
    currentCounts: table.currentCounts,
  };
}

function expansion(table: ContingencyTable, x: number): { pValue: number; law: string } {
  if (table.exactPValue !== undefined) return { pValue: table.exactPValue, law: 'Fisher' };
  const df = table.reference.length - 1;
  return { pValue: df === 0 ? 1 : chiSquaredSurvival(x, df), law: `chi2(${df})` };
}

/** Pearson's χ² of counts that are moved toward the reference by the sketches' error. */
function pearson(table: ContingencyTable, error: number): { pValue: number; law: string } {
  if (error === 0) return evidenceOf(table);
  const m = table.current.reduce((sum, count) => sum + count, 0);
  const n = table.reference.reduce((sum, count) => sum + count, 0);
  const nearest = moved(
    table.reference.map((count) => count / n),
    table.current.map((count) => count / m),
    -error,
  );
  const { pValue, df } = chiSquaredHomogeneity(
    table.reference,
    nearest.map((share) => share * m),
  );
  return { pValue, law: `chi2(${df})` };
}

/** Every current share moved by `step`: away from the reference, or (below 0) toward it and no farther. */
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
