import { benjaminiHochberg, benjaminiYekutieli } from '../stats/false-discovery.ts';
import type { TestResult } from './drift-test.ts';
import type { Finding } from './finding.ts';
import type { CompareSettings, Correction } from './settings.ts';
import type { TestName } from './test-name.ts';
import { DRIFT_TESTS } from './test-table.ts';

/** A result that waits for the other p-values of its report. */
export interface Unjudged {
  readonly feature: string;
  readonly test: TestName;
  readonly result: TestResult;
}

const ADJUSTMENTS: Readonly<Record<Correction, (pValues: readonly number[]) => readonly number[]>> = {
  bh: benjaminiHochberg,
  by: benjaminiYekutieli,
  none: (pValues) => pValues,
};

/**
 * Gives every result its verdict.
 *
 * Calibrated: drift when the p-value, adjusted over all results that have one, is at most alpha *and* the effect less its
 * resolution reaches the test's floor. Else inconclusive when the test could not say, or when the resolution alone is as large as
 * the floor. Classic: each test's plain rule, no adjustment, no floor.
 */
export function judge(results: readonly Unjudged[], settings: CompareSettings): Finding[] {
  if (settings.policy === 'classic') return results.map((result) => judgeClassic(result, settings));
  const adjusted = ADJUSTMENTS[settings.correction ?? 'bh'](results.flatMap(({ result }) => result.pValue ?? []));
  let next = 0;
  return results.map((unjudged) => {
    const pAdjusted = unjudged.result.pValue === null ? null : (adjusted[next++] as number);
    return judgeCalibrated(unjudged, pAdjusted, settings);
  });
}

/** The smallest effect that counts for a test of a feature: its own, the settings', or the test's. */
function floorOf(feature: string, test: TestName, settings: CompareSettings): number {
  return settings.features?.get(feature)?.floors?.[test] ?? settings.floors?.[test] ?? DRIFT_TESTS[test].defaultFloor;
}

function alphaOf(feature: string, settings: CompareSettings): number {
  return settings.features?.get(feature)?.alpha ?? settings.alpha;
}

function judgeCalibrated(
  { feature, test, result }: Unjudged,
  pAdjusted: number | null,
  settings: CompareSettings,
): Finding {
  const floor = floorOf(feature, test, settings);
  const finding = { ...result, feature, test, pAdjusted, floor };
  if (result.effect === null || pAdjusted === null) return { ...finding, verdict: 'inconclusive' };
  if (pAdjusted <= alphaOf(feature, settings) && result.effect - result.resolution >= floor)
    return { ...finding, verdict: 'drift' };
  if (floor > 0 && result.resolution >= floor) {
    return { ...finding, verdict: 'inconclusive', reason: 'resolution_too_coarse' };
  }
  return { ...finding, verdict: 'no_drift' };
}

function judgeClassic({ feature, test, result }: Unjudged, settings: CompareSettings): Finding {
  const finding = { ...result, feature, test, pAdjusted: null, floor: null };
  if (result.statistic === null) return { ...finding, verdict: 'inconclusive' };
  const isDrift =
    DRIFT_TESTS[test].isClassicDrift?.(result, floorOf(feature, test, settings)) ??
    (result.pValue ?? 1) < alphaOf(feature, settings);
  return { ...finding, verdict: isDrift ? 'drift' : 'no_drift' };
}
