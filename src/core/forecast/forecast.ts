import { studentTSurvival } from '../stats/distributions/student-t.ts';
import { type Fit, fitAll, type Smoothing } from './smoothing.ts';

/** A prediction with its 95 % interval, in the unit of the series. */
export interface Prediction {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The expected mean of the next buckets, with the parameters of the smoothing. */
export interface Forecast extends Prediction, Smoothing {
  readonly level: 0.95;
  readonly method: 'damped trend exponential smoothing';
  /** Standard deviation of the one-step errors, in the unit of the series, ≥ 0. */
  readonly sigma: number;
}

/** The level of every interval here. */
export const LEVEL = 0.95;
const FEWEST_VALUES = 3;
/** Older buckets are left out: that bounds the cost, and smoothing gives them little weight. */
const MOST_BUCKETS = 2000;

/**
 * Expectation and variance of the mean of the next `horizon` values, for one choice of parameters.
 *
 * With cⱼ = α + β(φ + … + φʲ), an error with j buckets left after it adds 1 + c₁ + … + cⱼ times itself to the sum: the
 * variance is σ²/h² · Σ (1 + c₁ + … + cⱼ)² over j = 0 … h − 1, and that of the state itself on top.
 */
function projectMean(fit: Fit, horizon: number): { mean: number; variance: number } {
  let [damped, reach, slope, innovations] = [0, 1, 0, 0];
  for (let j = 1; j <= horizon; j++) {
    innovations += (reach / horizon) ** 2;
    damped += fit.phi ** j;
    slope += damped / horizon;
    reach += fit.alpha + fit.beta * damped;
  }
  const state = fit.levelVariance + slope * (2 * fit.covariance + slope * fit.trendVariance);
  return { mean: fit.level + slope * fit.trend, variance: fit.sigma2 * (state + innovations) };
}

/** Student's t distribution with `df` degrees of freedom, location `mean` and scale `error`. */
export interface Ahead {
  readonly mean: number;
  readonly error: number;
  readonly df: number;
  readonly fit: Fit;
}

/**
 * The distribution of the mean of the next `horizon` values: the mean is that of the best parameters, the squared error is averaged
 * over all parameters by likelihood.
 *
 * @returns undefined with fewer than 3 known values
 * @example smoothAhead([5, 5, 5, 5], 12)?.error // 0
 */
export function smoothAhead(series: readonly number[], horizon: number): Ahead | undefined {
  const recent = series.slice(-MOST_BUCKETS);
  const known = recent.filter(Number.isFinite);
  const origin = known[0] ?? 0;
  if (known.length < FEWEST_VALUES) return undefined;
  const offsets = Float64Array.from(recent, (x) => (Number.isFinite(x) ? x - origin : Number.NaN));
  const fits = fitAll(offsets, known.length);
  const fit = fits[0] as Fit;
  const { mean } = projectMean(fit, horizon);
  let [weights, squares] = [0, 0];
  for (const other of fit.sigma2 > 0 ? fits : []) {
    const weight = Math.exp((fit.loss - other.loss) / 2);
    const ahead = projectMean(other, horizon);
    weights += weight;
    squares += weight * (ahead.variance + (ahead.mean - mean) ** 2);
  }
  return { mean: origin + mean, error: Math.sqrt(squares / (weights || 1)), df: known.length - 2, fit };
}

/**
 * Where a survival function reaches `share`, by bisection.
 *
 * @param survival - decreasing on [0, most]
 * @param share - (0, 1)
 * @param most - upper end of the search
 * @example Math.round(invertSurvival((x) => 1 - x, 0.25, 1) * 1e9) / 1e9 // 0.75
 */
export function invertSurvival(survival: (x: number) => number, share: number, most: number): number {
  let [low, high] = [0, most];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (survival(middle) > share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The central 95 % interval about the mean.
 *
 * @example intervalOf(smoothAhead([5, 5, 5, 5], 12)).high // 5
 */
export function intervalOf({ mean, error, df }: Ahead): Prediction {
  const half = error * invertSurvival((t) => studentTSurvival(t, df), (1 - LEVEL) / 2, 20);
  return { value: mean, low: mean - half, high: mean + half };
}

/**
 * The mean of the next `horizon` buckets, by exponential smoothing with a damped trend: ETS(A,Ad,N).
 *
 * The parameters are those of a grid with the least squared one-step errors. A trend is used only where it lowers AICc, else this is
 * simple exponential smoothing. The first state is unknown and is estimated as well.
 *
 * @param series - means of buckets of equal length, oldest first, in any unit; NaN is a missing bucket: it widens the interval.
 *   Only the last 2,000 are used
 * @param horizon - number of buckets ahead, a positive whole number
 * @returns the forecast in the unit of the series, or undefined with fewer than 3 known values; a series that never
 *   changed gives its value with sigma 0
 * @throws RangeError when horizon is not a positive whole number
 * Null distribution: Student's t with n − 2 degrees of freedom about the value. The variance is averaged over the grid
 * by likelihood, so that it includes the uncertainty of the parameters. Assumes normal errors of constant variance.
 * Source: Hyndman, Koehler, Ord & Snyder, Forecasting with Exponential Smoothing (2008), ch. 5, 6 and 12; De Jong (1991)
 * for the diffuse first state.
 *
 * @example forecastMean([5, 5, 5, 5], 12)?.value // 5
 */
export function forecastMean(series: readonly number[], horizon: number): Forecast | undefined {
  if (!(Number.isInteger(horizon) && horizon > 0)) throw new RangeError(`forecastMean: got horizon = ${horizon}`);
  const ahead = smoothAhead(series, horizon);
  if (ahead === undefined) return undefined;
  const { alpha, beta, phi, sigma2 } = ahead.fit;
  const method = 'damped trend exponential smoothing';
  return { ...intervalOf(ahead), level: LEVEL, method, alpha, beta, phi, sigma: Math.sqrt(sigma2) };
}
