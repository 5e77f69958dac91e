import { describe, expect, it } from 'vitest';
import { type Forecast, forecastMean } from '../../../src/core/forecast/forecast.ts';
import { forecastVolatility, riskProbabilities } from '../../../src/core/forecast/volatility.ts';
import { type Rng, seededRng } from '../../../src/core/stats/rng.ts';

function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}

function noise(rng: Rng, n: number): number[] {
  return Array.from({ length: n }, () => normal(rng));
}

/** A level that walks by `walk` standard deviations a bucket, seen through unit noise. */
function walking(rng: Rng, n: number, walk: number): number[] {
  let level = 100;
  return Array.from({ length: n }, () => {
    level += walk * normal(rng);
    return level + normal(rng);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function forecastOf(series: readonly number[], horizon: number): Forecast {
  const forecast = forecastMean(series, horizon);
  if (forecast === undefined) throw new Error('no forecast');
  return forecast;
}

/** The share of trials in which the coming mean lies within the interval. */
function coverage(trials: number, horizon: number, draw: (trial: number) => readonly number[]): number {
  const inside = Array.from({ length: trials }, (_, trial) => {
    const series = draw(trial);
    const { low, high } = forecastOf(series.slice(0, -horizon), horizon);
    const truth = mean(series.slice(-horizon));
    return low <= truth && truth <= high;
  });
  return inside.filter(Boolean).length / trials;
}

describe('forecastMean', () => {
  it('says a constant again, for certain', () => {
    const { value, low, high, sigma } = forecastOf(Array(20).fill(0.1), 12);
    expect([value, low, high, sigma]).toEqual([0.1, 0.1, 0.1, 0]);
  });

  it('goes on with a trend, ahead of the last value but damped', () => {
    const rng = seededRng('trend');
    const series = noise(rng, 100).map((e, i) => 50 + 2 * i + 0.5 * e);
    const { value, phi } = forecastOf(series, 12);
    expect(phi).toBeGreaterThan(0);
    expect(value).toBeGreaterThan((series.at(-1) ?? 0) + 5);
    expect(value).toBeLessThan(50 + 2 * 105.5 + 1);
    expect(
      forecastOf(
        Array.from({ length: 30 }, (_, i) => -i),
        4,
      ).value,
    ).toBeLessThan(-29);
  });

  it('takes white noise for what it is: nearer to the mean than the last value is', () => {
    const distances = Array.from({ length: 100 }, (_, trial) => {
      const series = noise(seededRng(trial), 60);
      return { ours: Math.abs(forecastOf(series, 12).value), last: Math.abs(series.at(-1) ?? 0) };
    });
    expect(mean(distances.map(({ ours }) => ours))).toBeLessThan(0.4 * mean(distances.map(({ last }) => last)));
  });

  it('is the plain mean of what only alternates, with the interval of its next value', () => {
    const forecast = forecastOf([1, 3, 2, 1, 3, 2, 1, 3, 2], 1);
    expect(forecast).toMatchObject({ alpha: 0, beta: 0, phi: 0, level: 0.95 });
    expect(forecast.value).toBeCloseTo(2, 5);
    expect(forecast.low).toBeLessThan(1);
    expect(forecast.high).toBeGreaterThan(3);
  });

  it('gives a random walk the variance of the mean of h steps: σ²(h+1)(2h+1)/6h', () => {
    const rng = seededRng('walk');
    let level = 0;
    const series = Array.from({ length: 2000 }, () => {
      level += normal(rng);
      return level;
    });
    const { value, low, high, sigma } = forecastOf(series, 12);
    const expected = sigma * Math.sqrt((13 * 25) / 72);
    expect(value).toBeCloseTo(level, 0);
    expect((high - low) / 2 / 1.961).toBeGreaterThan(0.9 * expected);
    expect((high - low) / 2 / 1.961).toBeLessThan(1.1 * expected);
  });

  it.each([
    ['a walk seen through noise, 12 ahead', 100, 12, 0.3],
    ['a fast walk, 12 ahead', 100, 12, 2],
    ['a walk seen through noise, 1 ahead, of 8 values', 8, 1, 0.3],
    ['white noise, 1 ahead, of 3 values', 3, 1, 0],
  ])('covers the truth about 95 times in a hundred: %s', (name, n, horizon, walk) => {
    const share = coverage(400, horizon, (trial) => walking(seededRng(`${name} ${trial}`), n + horizon, walk));
    expect(share).toBeGreaterThanOrEqual(0.9);
    expect(share).toBeLessThanOrEqual(0.99);
  });

  it('covers it with one bucket in five missing as well', () => {
    const share = coverage(400, 1, (trial) => {
      const rng = seededRng(`gaps ${trial}`);
      return walking(rng, 81, 0.5).map((y, i) => (i < 80 && rng.next() < 0.2 ? Number.NaN : y));
    });
    expect(share).toBeGreaterThanOrEqual(0.9);
    expect(share).toBeLessThanOrEqual(0.99);
  });

  it('widens over missing buckets, at the end most', () => {
    const series = walking(seededRng('gap'), 100, 0.5);
    const width = (of: readonly number[]): number => forecastOf(of, 4).high - forecastOf(of, 4).low;
    const gap = Array(10).fill(Number.NaN);
    expect(width([...series, ...gap])).toBeGreaterThan(1.2 * width(series));
    expect(width([...series, ...gap])).toBeGreaterThan(width([...series, ...gap, ...series.slice(-1)]));
    expect(forecastOf([...gap, ...series], 4).value).toBeCloseTo(forecastOf(series, 4).value, 3);
  });

  it('moves and stretches with the unit of the series', () => {
    const series = walking(seededRng('unit'), 60, 0.5);
    const [plain, scaled] = [
      forecastOf(series, 6),
      forecastOf(
        series.map((y) => 1e6 * y - 5),
        6,
      ),
    ];
    for (const key of ['value', 'low', 'high'] as const) expect(scaled[key] / (1e6 * plain[key] - 5)).toBeCloseTo(1, 8);
    expect(scaled.sigma / plain.sigma).toBeCloseTo(1e6, 0);
  });

  it('says nothing of fewer than three values, and refuses a horizon that is none', () => {
    expect(forecastMean([], 1)).toBeUndefined();
    expect(forecastMean([1, 2], 1)).toBeUndefined();
    expect(forecastMean([1, Number.NaN, 2, Number.NaN], 1)).toBeUndefined();
    expect(forecastMean([1, 3, 2], 1)).toBeDefined();
    expect(() => forecastMean([1, 3, 2], 0)).toThrow(RangeError);
  });

  it('looks no further back than 2,000 buckets', () => {
    const series = walking(seededRng('long'), 2500, 0.5);
    expect(forecastOf(series, 12)).toEqual(forecastOf(series.slice(-2000), 12));
  });
});

const fallback = { volatility: 0.3, n: 30 };

describe('forecastVolatility', () => {
  it('lies among the past, within its interval', () => {
    const { value, low, high } = forecastVolatility([0.1, 0.14, 0.12, 0.11, 0.13, 0.12], fallback);
    expect(value).toBeGreaterThan(0.1);
    expect(value).toBeLessThan(0.14);
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  it('is 0 where nothing ever moved', () => {
    expect(forecastVolatility([0, 0, 0, 0, 0], fallback)).toEqual({ value: 0, low: 0, high: 0 });
    expect(forecastVolatility([], { volatility: 0, n: 30 })).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('stands on the one volatility there is when there are fewer than four, the surer the more values it has', () => {
    const few = forecastVolatility([0.1, Number.NaN, 0.1, 0.1], fallback);
    expect(few.value).toBe(0.3);
    const many = forecastVolatility([], { volatility: 0.3, n: 3000 });
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 5);
    expect(() => forecastVolatility([], { volatility: 0.3, n: 1 })).toThrow(RangeError);
  });

  it.each([0.1, 0.3, 0.6])('holds the next sample about 95 times in a hundred when one is known: %f', (truth) => {
    const volatilityOf = (rng: Rng): number => {
      const values = noise(rng, 40).map((e) => 1 + truth * e);
      const center = mean(values);
      return Math.sqrt(values.reduce((sum, v) => sum + (v - center) ** 2, 0) / 39) / Math.abs(center);
    };
    const inside = Array.from({ length: 400 }, (_, trial) => {
      const rng = seededRng(`volatility ${truth} ${trial}`);
      const { low, high } = forecastVolatility([], { volatility: volatilityOf(rng), n: 40 });
      const next = volatilityOf(rng);
      return low <= next && next <= high;
    });
    expect(inside.filter(Boolean).length).toBeGreaterThanOrEqual(360);
    expect(inside.filter(Boolean).length).toBeLessThanOrEqual(396);
  });
});

describe('riskProbabilities', () => {
  const histories = [[], [0.1, 0.12, 0.09, 0.11], [0.3, 0.25, 0.4, 0.35], [0, 0, 0, 0], [0.2, 0.9, 0.1, 0.8, Infinity]];

  it.each(histories)('adds up to 1, none below 0', (...history) => {
    const { low, medium, high } = riskProbabilities(history, fallback);
    expect(low + medium + high).toBeCloseTo(1, 12);
    expect(Math.min(low, medium, high)).toBeGreaterThanOrEqual(0);
  });

  it('moves with the volatility, smoothed or measured once', () => {
    const past = [0.2, 0.16, 0.24, 0.18, 0.22];
    const factors = [0.3, 0.7, 1, 1.5, 3, 6];
    const smoothed = factors.map((f) =>
      riskProbabilities(
        past.map((v) => f * v),
        fallback,
      ),
    );
    const once = factors.map((f) => riskProbabilities([], { volatility: 0.2 * f, n: 30 }));
    for (const risks of [smoothed, once]) {
      for (const [i, risk] of risks.slice(1).entries()) {
        expect(risk.low).toBeLessThan(risks[i]?.low ?? 0);
        expect(risk.high).toBeGreaterThan(risks[i]?.high ?? 0);
      }
    }
  });

  it('is sure of what is plain', () => {
    expect(riskProbabilities([0.02, 0.021, 0.019, 0.02, 0.02], fallback).low).toBeGreaterThan(0.99);
    expect(riskProbabilities([2, 2.1, 1.9, 2, 2.05], fallback).high).toBeGreaterThan(0.99);
    expect(riskProbabilities([], { volatility: 0.32, n: 400 }).medium).toBeGreaterThan(0.99);
    expect(riskProbabilities([], { volatility: 0, n: 30 })).toEqual({ low: 1, medium: 0, high: 0 });
  });

  it('counts the thresholds themselves as above, and takes others', () => {
    expect(riskProbabilities(Array(5).fill(0.2), fallback)).toEqual({ low: 0, medium: 1, high: 0 });
    expect(riskProbabilities(Array(5).fill(0.2), fallback, { warn: 0.3, crit: 0.4 }).low).toBe(1);
    expect(() => riskProbabilities([], fallback, { warn: 0.5, crit: 0.2 })).toThrow(RangeError);
  });

  it('agrees with the interval', () => {
    for (const past of [[], [0.1, 0.14, 0.12, 0.11, 0.13, 0.12]]) {
      const { low, high } = forecastVolatility(past, fallback);
      const risk = riskProbabilities(past, fallback, { warn: low, crit: high });
      expect(risk.low).toBeCloseTo(0.025, 6);
      expect(risk.high).toBeCloseTo(0.025, 6);
    }
  });
});
