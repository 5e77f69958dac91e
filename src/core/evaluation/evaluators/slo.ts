import type { SloCheck, SloName } from '../../drift/check.ts';
import { strengthOf } from '../../drift/check.ts';
import type { Policy } from '../../drift/drift-test.ts';
import { durationSketch, type Profile } from '../../profile/profile.ts';
import { statusesKnown } from '../../profile/status-counts.ts';
import { shareAtMost, type WeightedSample } from '../../profile/weighted-sample.ts';
import { binomialSurvival } from '../../stats/distributions/binomial.ts';
import { countFailures } from '../failure-status.ts';
import type { SloTargets } from '../settings.ts';
import type { Evaluator } from './evaluator.ts';

/** The service levels that the settings promise. */
export const evaluateSlo: Evaluator<'slo'> = ({ current, settings }) =>
  checkSlo(current, settings.slo, settings.policy);

/**
 * The two service levels of a window, by themselves: no reference, no statistics.
 *
 * success_rate: the share without those that `failureStatus` names, among the events with an integer `response.status`, at least
 * `successMin`. latency_p95: the 95th percentile of
 * `response.duration_ms` (type 7 while the sketch is exact, else within its rank error; under the classic policy the value at place
 * ⌊.95(n − 1)⌋), at most `p95MaxMs`. Without rows: inconclusive.
 *
 * The p-value is the chance of so many bad events, or more, from a service that keeps its level just so. It does not decide the verdict:
 * it separates a breach from bad luck with few events (two failures among 200 at a target of 99.5 %), and `isEvident` says so.
 *
 * @example checkSlo({ events: 4, statuses: new Map([[200, 3], [503, 1]]), features: new Map() }, { successMin: 0.9, failureStatus: ['5xx'], p95MaxMs: 99 }, 'classic')[0].verdict // 'fail'
 */
export function checkSlo(current: Profile, targets: SloTargets, policy: Policy): SloCheck[] {
  const levels = [successLevel(current, targets), latencyLevel(current, targets.p95MaxMs, policy)];
  return levels.map((level) => toCheck(level, policy));
}

/** A level as it was measured. */
interface Level {
  readonly name: SloName;
  readonly isKept: boolean;
  /** The share of successes, or milliseconds; null without rows. */
  readonly value: number | null;
  readonly target: number;
  /** What is used, and what there is to use: failures, or milliseconds. */
  readonly used: number | null;
  readonly budget: number;
  readonly direction: 'higher' | 'lower';
  readonly n: number;
  readonly pValue: number | null;
  /** Which statuses are failures. */
  readonly failureStatus?: readonly string[];
}

function successLevel({ statuses }: Profile, { successMin: target, failureStatus }: SloTargets): Level {
  const n = statusesKnown(statuses);
  const level = {
    name: 'success_rate' as const,
    target,
    budget: 1 - target,
    direction: 'lower' as const,
    n,
    failureStatus,
  };
  if (n === 0) return { ...level, isKept: true, value: null, used: null, pValue: null };
  const failures = countFailures(statuses, failureStatus);
  const value = (n - failures) / n;
  const pValue = binomialSurvival(failures, n, 1 - target);
  return { ...level, isKept: value >= target, value, used: failures / n, pValue };
}

/** Beyond the 95th percentile. */
const SLOW_SHARE = 0.05;

function latencyLevel(current: Profile, target: number, policy: Policy): Level {
  const sketch = durationSketch(current);
  const n = sketch?.n ?? 0;
  const level = { name: 'latency_p95' as const, target, budget: target, direction: 'higher' as const, n };
  if (sketch === undefined || n === 0) return { ...level, isKept: true, value: null, used: null, pValue: null };
  const value = policy === 'classic' ? valueBelow(sketch.weighted(), 0.95) : sketch.quantile(0.95);
  const slow = Math.round(n * (1 - shareAtMost(sketch.weighted(), target)));
  return { ...level, isKept: value <= target, value, used: value, pValue: binomialSurvival(slow, n, SLOW_SHARE) };
}

/** The value at place ⌊q(n − 1)⌋ from 0, in order: how Intent Drift Guard takes a percentile. */
function valueBelow({ values, weights, total }: WeightedSample, q: number): number {
  const place = Math.floor(q * (total - 1));
  let at = 0;
  for (let below = weights[0] as number; below <= place; below += weights[at] as number) at++;
  return values[at] as number;
}

function toCheck(level: Level, policy: Policy): SloCheck {
  const isBroken = !level.isKept;
  return {
    name: level.name,
    kind: 'slo',
    subject: null,
    method: level.name,
    verdict: level.n === 0 ? 'inconclusive' : isBroken ? 'fail' : 'ok',
    statistic: level.value,
    effect: level.used,
    floor: level.budget,
    resolution: 0,
    pValue: level.pValue,
    pAdjusted: null,
    law: level.n === 0 ? 'none' : 'binomial',
    nReference: null,
    nCurrent: level.n,
    at: null,
    direction: isBroken ? level.direction : null,
    shift: null,
    strength: strengthOf(level.used, level.budget),
    isEvident: isBroken && isEvidentBreach(level.pValue, policy),
    reason: level.n === 0 ? 'insufficient_samples' : null,
    details: { target: level.target, ...(level.failureStatus && { failureStatus: level.failureStatus }) },
  };
}

/** Two failures among 200 events break a level of 99.5 %, and mean nothing: so rarely must chance do it for people to be woken. */
const SLO_ALPHA = 0.01;

/** The classic policy takes every breach for one, as its clients know it. */
export function isEvidentBreach(pValue: number | null, policy: Policy): boolean {
  return policy === 'classic' || (pValue ?? 0) <= SLO_ALPHA;
}
