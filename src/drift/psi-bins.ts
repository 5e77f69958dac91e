import type { KllSketch } from '../profile/kll.ts';
import { chiSquaredSurvival } from '../stats/chi-squared.ts';
import { populationStability } from '../stats/population-stability.ts';
import { binNames, countInBins, quantileBins } from './bins.ts';
import { cannotSay, type FeaturePair, type TestResult } from './drift-test.ts';
import { liveCounts } from './live-counts.ts';
import type { DriftSettings } from './settings.ts';
import { MIN_ROWS, ROWS_PER_CELL } from './testable-cells.ts';

const BINS = 10;

/** PSI of a numeric feature over the reference's quantile bins; the definition stands at `psi`. */
export function comparePsiBins(pair: FeaturePair, policy: DriftSettings['policy']): TestResult {
  const [reference, current] = [pair.reference.numeric?.sketch, pair.current.numeric?.sketch];
  const [n, m] = [reference?.n ?? 0, current?.n ?? 0];
  if (!reference || !current || n === 0 || m === 0) return cannotSay(n, m, 'insufficient_samples');
  const bins = quantileBins(reference.weighted(), BINS);
  const counts = { reference: countInBins(reference.weighted(), bins), current: countInBins(current.weighted(), bins) };
  const cells = withoutEmpty(counts);
  const isClassic = policy === 'classic';
  const needed = isClassic ? 1 : Math.max(MIN_ROWS, ROWS_PER_CELL * cells.reference.length);
  if (Math.min(n, m) < needed) return cannotSay(n, m, 'insufficient_samples');
  const index = populationStability(cells.reference, cells.current, isClassic ? 'clip' : 'half');
  const resolution = resolutionOf(cells, reference, current);
  const df = cells.reference.length - 1;
  const surely = Math.max(0, index - resolution);
  return {
    ...{ statistic: index, effect: index, resolution, nReference: n, nCurrent: m },
    pValue: isClassic ? null : chiSquaredSurvival(surely / (1 / n + 1 / m), df),
    method: isClassic ? 'shares clipped at 1e-6' : `+1/2 per cell, chi2(${df})`,
    currentCounts: liveCounts(binNames(bins).map((name, i) => [name, counts.current[i] as number])),
  };
}

interface Cells {
  readonly reference: number[];
  readonly current: number[];
}

/** A cell that is empty on both sides says nothing, and would only count as a degree of freedom. */
function withoutEmpty({ reference, current }: Cells): Cells {
  const isUsed = (_: number, i: number) => (reference[i] as number) + (current[i] as number) > 0;
  return { reference: reference.filter(isUsed), current: current.filter(isUsed) };
}

/** How far PSI moves when every share is off by its sketch's mass error: the slopes, plus the errors against themselves. */
function resolutionOf(cells: Cells, reference: KllSketch, current: KllSketch): number {
  const [errorR, errorC] = [reference.massError(), current.massError()];
  if (errorR + errorC === 0) return 0;
  const half = cells.reference.length / 2;
  let sum = 0;
  cells.reference.forEach((count, i) => {
    const r = (count + 0.5) / (reference.n + half);
    const c = ((cells.current[i] as number) + 0.5) / (current.n + half);
    const slope = Math.abs(Math.log(c / r));
    const gap = Math.abs(c - r);
    sum += (slope + gap / r) * errorR + (slope + gap / c) * errorC + (errorR + errorC) ** 2 / Math.min(r, c);
  });
  return sum;
}
