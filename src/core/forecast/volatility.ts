import { chiSquaredSurvival } from '../stats/distributions/chi-squared.ts';
import { studentTSurvival } from '../stats/distributions/student-t.ts';
import type { DriftRisk } from './drift-risk.ts';
import { type Ahead, intervalOf, invertSurvival, LEVEL, type Prediction, smoothAhead } from './forecast.ts';

/** Probabilities with sum 1: below `warn`, from there up to `crit`, from `crit` on. */
export type RiskProbabilities = Readonly<Record<DriftRisk, number>>;

const FEWEST_VOLATILITIES = 4;
/** A volatility of 0 has no logarithm: it counts as this, and a prediction at this value or below is 0. */
const FLOOR = 0.001;

/** The volatility of one past window and the number of values it was measured on. */
interface MeasuredVolatility {
  readonly volatility: number;
  readonly n: number;
}

/** Smooths the logarithms of the volatilities; undefined when fewer than 4 are known. */
function smoothVolatilities(volatilities: readonly number[]): Ahead | undefined {
  const logs = volatilities.map((v) => Math.log(Math.min(1 / FLOOR, Math.max(FLOOR, v))));
  return logs.filter(Number.isFinite).length < FEWEST_VOLATILITIES ? undefined : smoothAhead(logs, 1);
}

/**
 * Degrees of freedom ν with which V = c·√(χ²(ν)/ν) is the next window's volatility, when the last one's was c.
 *
 * The variance of log c is about 1/(2(n − 1)) + c²/n, once for the window that was measured and once for the next;
 * that of log √(χ²(ν)/ν) is about 1/(2ν). Above c = 1, where the first no longer holds, c counts as 1.
 */
function volatilityFreedom({ volatility, n }: MeasuredVolatility): number {
  if (!(volatility >= 0 && n >= 2)) throw new RangeError(`volatility, n: got ${volatility}, ${n}`);
  return 1 / (2 * (1 / (n - 1) + (2 * Math.min(1, volatility) ** 2) / n));
}

/**
 * The volatility index of the next window: its sample standard deviation over its absolute mean.
 *
 * @param volatilities - of consecutive past windows, ideally as long as the next one, oldest first, ≥ 0; NaN is a missing one,
 *   0 counts as 0.001, infinity as 1,000
 * @param fallback - the volatility of the whole past, ≥ 0, and the number of its values, ≥ 2; used when fewer than 4
 *   volatilities are known
 * @returns the value and a 95 % interval, ≥ 0: log-normal about exponential smoothing of the logarithms (Student's t,
 *   for its spread is estimated; the value is the median), or c·√(χ²(ν)/ν) about the fallback's volatility c
 * @throws RangeError when the fallback is needed and out of range
 * Source: forecastMean; for the variance of a coefficient of variation, Miller (1991), Communications in Statistics 20.
 *
 * @example forecastVolatility([0.1, 0.1, 0.1, 0.1], { volatility: 0.1, n: 40 }).value // 0.1
 */
export function forecastVolatility(volatilities: readonly number[], fallback: MeasuredVolatility): Prediction {
  const ahead = smoothVolatilities(volatilities);
  if (ahead === undefined) return sampledVolatility(fallback);
  const { value, low, high } = intervalOf(ahead);
  const volatilityOf = (log: number): number => (log <= Math.log(FLOOR) ? 0 : Math.exp(log));
  return { value: volatilityOf(value), low: volatilityOf(low), high: volatilityOf(high) };
}

function sampledVolatility(fallback: MeasuredVolatility): Prediction {
  const df = volatilityFreedom(fallback);
  const at = (share: number): number =>
    fallback.volatility * Math.sqrt(invertSurvival((x) => chiSquaredSurvival(x, df), share, 10 * df + 50) / df);
  return { value: fallback.volatility, low: at((1 + LEVEL) / 2), high: at((1 - LEVEL) / 2) };
}

/**
 * The probabilities that the next window's volatility is low (below `warn`), medium, or high (`crit` and above).
 *
 * @param volatilities - as for forecastVolatility
 * @param fallback - as for forecastVolatility
 * @param thresholds - volatilities, 0 < warn ≤ crit
 * @returns three probabilities with sum 1, from the distribution that forecastVolatility describes
 * @throws RangeError when the thresholds are out of order, or the fallback is needed and out of range
 *
 * @example riskProbabilities([0.1, 0.1, 0.1, 0.1], { volatility: 0.1, n: 40 }).low // 1
 */
export function riskProbabilities(
  volatilities: readonly number[],
  fallback: MeasuredVolatility,
  { warn, crit }: { readonly warn: number; readonly crit: number } = { warn: 0.2, crit: 0.5 },
): RiskProbabilities {
  if (!(warn > 0 && crit >= warn)) throw new RangeError(`riskProbabilities(…, thresholds): got ${warn}, ${crit}`);
  const ahead = smoothVolatilities(volatilities);
  const survival = ahead === undefined ? survivalOfSampled(fallback) : survivalOfSmoothed(ahead);
  const [aboveWarn, high] = [survival(warn), survival(crit)];
  return { low: 1 - aboveWarn, medium: aboveWarn - high, high };
}

/** P(V ≥ x) of a smoothed volatility; 0 or 1 when the error is 0. */
function survivalOfSmoothed({ mean, error, df }: Ahead): (x: number) => number {
  if (error === 0) return (x) => (mean >= Math.log(x) ? 1 : 0);
  return (x) => studentTSurvival((Math.log(x) - mean) / error, df);
}

/** P(V ≥ x) of a volatility that was measured once. */
function survivalOfSampled(fallback: MeasuredVolatility): (x: number) => number {
  const df = volatilityFreedom(fallback);
  return (x) => chiSquaredSurvival(df * (x / fallback.volatility) ** 2, df);
}
