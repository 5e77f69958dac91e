import type { Config } from '../../config/config.ts';
import type { DriftRisk } from '../../core/forecast/drift-risk.ts';
import { type Moments, standardDeviation } from '../../core/profile/moments.ts';

export interface Measure {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation; 0 for one value. */
  readonly stdev: number;
  /** The standard deviation divided by the absolute mean. */
  readonly volatility: number;
}

/** When the mean is closer to 0 than this, volatility has no meaning. */
const MIN_ABSOLUTE_MEAN = 1e-12;

/** @param moments - of at least one value */
export function measureMoments(moments: Moments): Measure {
  const { n, mean } = moments;
  const stdev = n < 2 ? 0 : standardDeviation(moments);
  return { n, mean, stdev, volatility: volatilityOf({ mean, stdev }) };
}

export function volatilityOf({ mean, stdev }: Pick<Measure, 'mean' | 'stdev'>): number {
  return Math.abs(mean) < MIN_ABSOLUTE_MEAN ? 0 : stdev / Math.abs(mean);
}

export interface RiskThresholds {
  readonly warn: number;
  readonly crit: number;
}

/** If the thresholds are in the wrong order, there is no medium risk. */
export function riskThresholds({ COHERENCE_WARN: warn, COHERENCE_CRIT: crit }: Config): RiskThresholds {
  return { warn, crit: Math.max(warn, crit) };
}

export function riskOf(volatility: number, { warn, crit }: RiskThresholds): DriftRisk {
  return volatility < warn ? 'low' : volatility < crit ? 'medium' : 'high';
}

/** Answers have six decimals. */
export function roundSix(value: number): number {
  return Number(value.toFixed(6));
}
