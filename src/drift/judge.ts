import { benjaminiHochberg } from '../stats/false-discovery.ts';
import type { DriftTest, TestResult } from './drift-test.ts';
import type { Finding } from './finding.ts';
import type { DriftSettings } from './settings.ts';
import { DRIFT_TESTS, type TestName } from './test-table.ts';

/** A result that waits for the other p-values of its report. */
export interface Unjudged {
  readonly feature: string;
  readonly test: TestName;
  readonly result: TestResult;
}

/**
 * Gives every result its verdict.
 *
 * Calibrated: drift when the p-value, adjusted over all results that have one, is at most alpha *and* the effect less its
 * resolution reaches the test's floor. Else inconclusive when the test could not say, or when the resolution alone is as large as
 * the floor. Classic: each test's plain rule, no adjustment, no floor.
 */
export function judge(results: readonly Unjudged[], settings: DriftSettings): Finding[] {
  if (settings.policy === 'classic') return results.map((result) => judgeClassic(result, settings));
  const adjusted = benjaminiHochberg(results.flatMap(({ result }) => result.pValue ?? []));
  let next = 0;
  return results.map((unjudged) => {
    const pAdjusted = unjudged.result.pValue === null ? null : (adjusted[next++] as number);
    return judgeCalibrated(unjudged, pAdjusted, settings);
  });
}

function judgeCalibrated(
  { feature, test, result }: Unjudged,
  pAdjusted: number | null,
  settings: DriftSettings,
): Finding {
  const floor = DRIFT_TESTS[test].floor(settings);
  const finding = { ...result, feature, test, pAdjusted, floor };
  if (result.effect === null || pAdjusted === null) return { ...finding, verdict: 'inconclusive' };
  if (pAdjusted <= settings.alpha && result.effect - result.resolution >= floor)
    return { ...finding, verdict: 'drift' };
  if (floor > 0 && result.resolution >= floor) {
    return { ...finding, verdict: 'inconclusive', reason: 'resolution_too_coarse' };
  }
  return { ...finding, verdict: 'no_drift' };
}

function judgeClassic({ feature, test, result }: Unjudged, settings: DriftSettings): Finding {
  const finding = { ...result, feature, test, pAdjusted: null, floor: null };
  if (result.statistic === null) return { ...finding, verdict: 'inconclusive' };
  const { isClassicDrift }: DriftTest = DRIFT_TESTS[test];
  const isDrift = isClassicDrift?.(result, settings) ?? (result.pValue ?? 1) < settings.alpha;
  return { ...finding, verdict: isDrift ? 'drift' : 'no_drift' };
}
