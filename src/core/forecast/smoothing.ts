/** The parameters of ETS(A,Ad,N). */
export interface Smoothing {
  /** Share of a one-step error that enters the level, [0, 1]: 0 is the plain mean, 1 follows the last value. */
  readonly alpha: number;
  /** Share of a one-step error that enters the trend, [0, alpha]. */
  readonly beta: number;
  /** Damping: the share of the trend left after a bucket, [0, 1); 0 is simple exponential smoothing, without a trend. */
  readonly phi: number;
}

/** Variance of the unknown first state in units of σ²: so large that only the data determine it. */
const DIFFUSE = 1e7;
const SETTLED = 1e-9;

const LEVELS: readonly Smoothing[] = [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map(
  (alpha) => ({ alpha, beta: 0, phi: 0 }),
);
const TRENDS: readonly Smoothing[] = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1].flatMap((alpha) =>
  [0.05, 0.2, 0.5].flatMap((share) => [0.8, 0.9, 0.98].map((phi) => ({ alpha, beta: alpha * share, phi }))),
);

/** Level and trend after a bucket, and their covariance matrix in units of σ². */
interface State {
  level: number;
  trend: number;
  levelVariance: number;
  covariance: number;
  trendVariance: number;
}

/** Moves the state over one bucket with the value y, or over a missing one (NaN); returns the variance of y's error in σ². */
function stepInto(state: State, { alpha, beta, phi }: Smoothing, y: number): number {
  const error = y - state.level - phi * state.trend;
  const q = state.levelVariance + phi * (2 * state.covariance + phi * state.trendVariance);
  const r = phi * (state.covariance + phi * state.trendVariance);
  state.level += phi * state.trend;
  state.trend *= phi;
  if (Number.isNaN(error)) {
    state.levelVariance = q + alpha * alpha;
    state.covariance = r + alpha * beta;
    state.trendVariance = phi * phi * state.trendVariance + beta * beta;
    return q + 1;
  }
  const s = q + 1;
  state.level += ((q + alpha) / s) * error;
  state.trend += ((r + beta) / s) * error;
  state.levelVariance = (q * (1 - alpha) ** 2) / s;
  state.covariance = ((1 - alpha) * (r - q * beta)) / s;
  state.trendVariance = Math.max(0, phi * phi * state.trendVariance + (beta * beta * q - r * r - 2 * r * beta) / s);
  return s;
}

/** One choice of parameters, fitted to a series. */
export interface Fit extends Smoothing, State {
  /** σ²: the mean squared one-step error, each in proportion to its variance. */
  readonly sigma2: number;
  /** −2 log likelihood up to a constant, plus the penalty of a trend. */
  readonly loss: number;
}

/**
 * The Kalman filter of y = ℓ + φb + e; ℓ ← ℓ + φb + αe; b ← φb + βe over a whole series.
 *
 * The first two known values set the first state and are not scored. Once the variance of the state is 0 (after a run of values
 * without a missing one), the filter is plain exponential smoothing.
 */
function fitSeries(series: Float64Array, known: number, at: Smoothing, penalty: number): Fit {
  const state = { level: 0, trend: 0, levelVariance: DIFFUSE, covariance: 0, trendVariance: at.phi > 0 ? DIFFUSE : 0 };
  let [seen, squares, logs, certain] = [0, 0, 0, false];
  for (const y of series) {
    const error = y - state.level - at.phi * state.trend;
    if (certain && !Number.isNaN(y)) {
      state.level = y - (1 - at.alpha) * error;
      state.trend = at.phi * state.trend + at.beta * error;
      squares += error * error;
      continue;
    }
    const variance = stepInto(state, at, y);
    certain = false;
    if (Number.isNaN(y) || ++seen <= 2) continue;
    squares += (error * error) / variance;
    logs += Math.log(variance);
    certain = state.levelVariance + state.trendVariance < SETTLED;
    if (certain) state.levelVariance = state.covariance = state.trendVariance = 0;
  }
  const sigma2 = squares / (known - 2);
  return { ...at, ...state, sigma2, loss: (known - 2) * Math.log(sigma2) + logs + penalty };
}

/** The AICc penalty of the two parameters of a trend, with so many scored errors. */
function trendPenalty(scored: number): number {
  const penalty = (parameters: number): number => (2 * parameters * scored) / (scored - parameters - 1);
  return scored > 5 ? penalty(4) - penalty(2) : Number.POSITIVE_INFINITY;
}

/**
 * Fits every choice of parameters of the grid.
 *
 * @param series - values, NaN where one is missing
 * @param known - how many are not missing, from 3
 * @returns one fit per choice, the best first
 * @example fitAll(Float64Array.of(5, 5, 5, 5), 4)[0].level // 5
 */
export function fitAll(series: Float64Array, known: number): readonly Fit[] {
  const penalty = trendPenalty(known - 2);
  const trends = penalty < Number.POSITIVE_INFINITY ? TRENDS : [];
  const fits = [...LEVELS, ...trends].map((at) => fitSeries(series, known, at, at.phi > 0 ? penalty : 0));
  return fits.sort((a, b) => a.loss - b.loss || 0);
}
