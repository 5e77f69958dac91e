import { shareAtMost } from '../profile/kll.ts';
import { durationSketch, type Profile } from '../profile/profile.ts';
import { binomialSurvival } from '../stats/distributions/binomial.ts';
import type { SloTargets } from './settings.ts';

export interface SloCheck {
  readonly name: 'success_rate' | 'latency_p95';
  readonly ok: boolean;
  /** The share of 2xx, or milliseconds; null without rows. */
  readonly value: number | null;
  readonly target: number;
  /** Events with a known status, or with a duration. */
  readonly n: number;
  readonly reason?: string;
  /** Chance of so many bad events, or more, from a service that keeps its level just so; null without rows. */
  readonly pValue: number | null;
}

/**
 * The two service levels of a window, by themselves: no reference, no statistics.
 *
 * success_rate: 2xx among the events with an integer `response.status`, at least `successMin`. latency_p95: the 95th percentile of
 * `response.duration_ms` (type 7 while the sketch is exact, else within its rank error), at most `p95MaxMs`. Without rows: ok, and says so.
 *
 * The p-value does not decide `ok`: it tells a breach from bad luck with few events (two failures among 200 at a target of 99.5 %).
 *
 * @example checkSlo(profile, { successMin: 0.995, p95MaxMs: 2000 })
 */
export function checkSlo(current: Profile, targets: SloTargets): SloCheck[] {
  return [checkSuccessRate(current, targets.successMin), checkLatency(current, targets.p95MaxMs)];
}

/** Beyond the 95th percentile. */
const SLOW_SHARE = 0.05;

function checkSuccessRate({ success, statusKnown: n }: Profile, target: number): SloCheck {
  if (n === 0) return withoutRows('success_rate', target);
  const value = success / n;
  const pValue = binomialSurvival(n - success, n, 1 - target);
  return { name: 'success_rate', ok: value >= target, value, target, n, pValue };
}

function checkLatency(current: Profile, target: number): SloCheck {
  const sketch = durationSketch(current);
  if (sketch === undefined || sketch.n === 0) return withoutRows('latency_p95', target);
  const value = sketch.quantile(0.95);
  const slow = Math.round(sketch.n * (1 - shareAtMost(sketch.weighted(), target)));
  const pValue = binomialSurvival(slow, sketch.n, SLOW_SHARE);
  return { name: 'latency_p95', ok: value <= target, value, target, n: sketch.n, pValue };
}

function withoutRows(name: SloCheck['name'], target: number): SloCheck {
  return { name, ok: true, value: null, target, n: 0, reason: 'insufficient_samples', pValue: null };
}
