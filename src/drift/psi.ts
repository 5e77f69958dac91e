import type { CategoryCounts } from '../profile/counts.ts';
import { chiSquaredSurvival } from '../stats/chi-squared.ts';
import { populationStability } from '../stats/population-stability.ts';
import { categoryCells } from './category-cells.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from './drift-test.ts';
import { liveCategories } from './live-counts.ts';
import { comparePsiBins } from './psi-bins.ts';
import type { DriftSettings } from './settings.ts';
import { testableCells } from './testable-cells.ts';

/**
 * Population stability index: how far the shares of categories, or of the reference's deciles, have moved.
 *
 * Σ (c − r) ln(c/r). Calibrated: ½ is added to every cell; rare categories are pooled (`testableCells`); the p-value is that of
 * PSI / (1/n + 1/m) under χ²_{B−1}. Classic: categories as they are, shares clipped at 10⁻⁶, drift above `PSI_MAX`.
 * Missing values have their own test and are no cell here.
 *
 * Effect: PSI, from 0. Floor: `PSI_MAX`. Smallest honest n: 10 rows a cell on both sides (20 for categories, 100 for ten
 * bins); 1 under classic. Resolution: 0 for categories; for bins what both sketches' mass errors can add up to (99 %).
 * Null: close to uniform; on sketches, and where Fisher's test stands in for rare categories, conservative.
 * Source: Siddiqi 2006; Yurdakul 2018; checked against NumPy and against the replaced system.
 */
export const psi: DriftTest = {
  kinds: ['categorical', 'numeric'],
  compare: (pair, policy) =>
    pair.kind === 'numeric' ? comparePsiBins(pair, policy) : comparePsiCategories(pair, policy),
  floor: (settings) => settings.psiMax,
  isClassicDrift: (result, settings) => (result.statistic ?? 0) > settings.psiMax,
  wire: (result) => ({ psi: result.statistic, live_counts: result.currentCounts ?? {} }),
};

function comparePsiCategories(pair: FeaturePair, policy: DriftSettings['policy']): TestResult {
  const [reference, current] = [pair.reference.categories, pair.current.categories];
  const [n, m] = [reference?.n ?? 0, current?.n ?? 0];
  if (!reference || !current || n === 0 || m === 0) return cannotSay(n, m, 'insufficient_samples');
  return policy === 'classic' ? compareClipped(reference, current) : comparePooled(reference, current);
}

function comparePooled(reference: CategoryCounts, current: CategoryCounts): TestResult {
  const [n, m] = [reference.n, current.n];
  const all = categoryCells(reference, current);
  const cells = testableCells(all.reference, all.current);
  if (cells === undefined) return cannotSay(n, m, 'insufficient_samples');
  const index = populationStability(cells.reference, cells.current, 'half');
  const df = cells.reference.length - 1;
  const law = cells.exactPValue === undefined ? `chi2(${df})` : 'Fisher';
  const pValue = cells.exactPValue ?? chiSquaredSurvival(index / (1 / n + 1 / m), df);
  const pooled = cells.pooled > 1 ? `, ${cells.pooled} rare categories as one` : '';
  return inShape(index, pValue, `+1/2 per cell, ${law}${pooled}`, reference, current);
}

function compareClipped(reference: CategoryCounts, current: CategoryCounts): TestResult {
  const cells = categoryCells(reference, current);
  const index = populationStability(cells.reference, cells.current, 'clip');
  return inShape(index, null, 'shares clipped at 1e-6', reference, current);
}

function inShape(
  index: number,
  pValue: number | null,
  method: string,
  reference: CategoryCounts,
  current: CategoryCounts,
): TestResult {
  const numbers = { statistic: index, effect: index, pValue, resolution: 0 };
  const currentCounts = liveCategories(current);
  return { ...numbers, nReference: reference.n, nCurrent: current.n, method, currentCounts };
}
