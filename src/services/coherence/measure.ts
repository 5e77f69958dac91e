import type { Config } from '../../config/config.ts';
import type { DriftRisk } from '../../core/forecast/drift-risk.ts';
import { type Moments, standardDeviation } from '../../core/profile/moments.ts';

export interface Measure {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation; 0 for one value. */
  readonly stdev: number;
  /** The standard deviation over the absolute mean. */
  readonly volatility: number;
}

/** A mean nearer to 0 than this has no volatility that means anything. */
const NO_MEAN = 1e-12;

/** @param moments - of one value at least */
export function measureMoments(moments: Moments): Measure {
  const { n, mean } = moments;
  const stdev = n < 2 ? 0 : standardDeviation(moments);
  return { n, mean, stdev, volatility: Math.abs(mean) < NO_MEAN ? 0 : stdev / Math.abs(mean) };
}

export interface RiskThresholds {
  readonly warn: number;
  readonly crit: number;
}

/** Thresholds that stand the wrong way round leave nothing between them. */
export function riskThresholds({ COHERENCE_WARN: warn, COHERENCE_CRIT: crit }: Config): RiskThresholds {
  return { warn, crit: Math.max(warn, crit) };
}

export function riskOf(volatility: number, { warn, crit }: RiskThresholds): DriftRisk {
  return volatility < warn ? 'low' : volatility < crit ? 'medium' : 'high';
}

/** As the answers write numbers: six decimals. */
export function roundSix(value: number): number {
  return Number(value.toFixed(6));
}
