import { benjaminiHochberg, benjaminiYekutieli } from '../stats/false-discovery.ts';
import type { CheckVerdict } from './check.ts';
import type { InconclusiveReason, TestResult } from './drift-test.ts';
import type { CompareSettings, Correction } from './settings.ts';
import type { TestName } from './test-name.ts';
import { DRIFT_TESTS } from './test-table.ts';

/** A result that waits for the other p-values of its report. */
export interface Measured {
  readonly feature: string;
  readonly test: TestName;
  readonly result: TestResult;
}

/** What it comes to beside the others. */
export interface Judged {
  readonly verdict: CheckVerdict;
  readonly pAdjusted: number | null;
  readonly floor: number | null;
  readonly reason: InconclusiveReason | null;
}

const ADJUSTMENTS: Readonly<Record<Correction, (pValues: readonly number[]) => readonly number[]>> = {
  bh: benjaminiHochberg,
  by: benjaminiYekutieli,
  none: (pValues) => pValues,
};

/**
 * Gives every result its verdict.
 *
 * Calibrated: it fails when the p-value, adjusted over all results that have one, is at most alpha *and* the effect less its
 * resolution reaches the test's floor. Else inconclusive when the test could not say, or when the resolution alone is as large as
 * the floor. Classic: each test's plain rule, no adjustment, no floor.
 */
export function judge(results: readonly Measured[], settings: CompareSettings): Judged[] {
  if (settings.policy === 'classic') return results.map((result) => judgeClassic(result, settings));
  const adjusted = ADJUSTMENTS[settings.correction ?? 'bh'](results.flatMap(({ result }) => result.pValue ?? []));
  let next = 0;
  return results.map((measured) => {
    const pAdjusted = measured.result.pValue === null ? null : (adjusted[next++] as number);
    return judgeCalibrated(measured, pAdjusted, settings);
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
  { feature, test, result }: Measured,
  pAdjusted: number | null,
  settings: CompareSettings,
): Judged {
  const floor = floorOf(feature, test, settings);
  const judged = { pAdjusted, floor, reason: result.reason ?? null };
  if (result.effect === null || pAdjusted === null) return { ...judged, verdict: 'inconclusive' };
  if (pAdjusted <= alphaOf(feature, settings) && result.effect - result.resolution >= floor)
    return { ...judged, verdict: 'fail' };
  if (floor > 0 && result.resolution >= floor) {
    return { ...judged, verdict: 'inconclusive', reason: 'resolution_too_coarse' };
  }
  return { ...judged, verdict: 'ok' };
}

function judgeClassic({ feature, test, result }: Measured, settings: CompareSettings): Judged {
  const judged = { pAdjusted: null, floor: null, reason: result.reason ?? null };
  if (result.statistic === null) return { ...judged, verdict: 'inconclusive' };
  const isDrift =
    DRIFT_TESTS[test].isClassicDrift?.(result, floorOf(feature, test, settings)) ??
    (result.pValue ?? 1) < alphaOf(feature, settings);
  return { ...judged, verdict: isDrift ? 'fail' : 'ok' };
}
