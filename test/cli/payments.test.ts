import { expect, test } from 'vitest';
import { BASELINE_MIX, DEFAULT_SEED, DRIFT_MIX, type PaymentEvent, paymentEvents } from '../../src/cli/payments.ts';
import { seededRng } from '../../src/core/stats/rng.ts';

const interval = { startMs: 0, endMs: 600_000 };
const many = (mix: typeof BASELINE_MIX) => paymentEvents({ ...mix, events: 100_000 }, seededRng('moments'), interval);
const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const deviation = (values: number[]) => {
  const center = mean(values);
  return Math.sqrt(mean(values.map((x) => (x - center) ** 2)));
};
const amounts = (events: PaymentEvent[]) => events.map(({ request }) => request.body.amount);
const durations = (events: PaymentEvent[]) => events.map(({ response }) => response.duration_ms);

test.each([
  ['baseline', BASELINE_MIX],
  ['drift', DRIFT_MIX],
])('%s payments have the documented moments', (_, mix) => {
  const events = many(mix);
  expect(Math.abs(mean(amounts(events)) - mix.amountMean)).toBeLessThan(0.3);
  expect(Math.abs(deviation(amounts(events)) - mix.amountSd)).toBeLessThan(0.3);
  expect(Math.abs(mean(durations(events)) - mix.durationMean)).toBeLessThan(3);
  expect(Math.abs(deviation(durations(events)) - mix.durationSd)).toBeLessThan(3);
  expect(
    Math.abs(mean(events.map(({ response }) => (response.status === 500 ? 1 : 0))) - mix.failureShare),
  ).toBeLessThan(0.001);
  const shares = ['USD', 'CAD', 'EUR'].map((name) =>
    mean(events.map(({ request }) => (request.body.currency === name ? 1 : 0))),
  );
  for (const [i, expected] of [0.6, 0.3, 0.1].entries())
    expect(Math.abs((shares[i] ?? 0) - expected)).toBeLessThan(0.006);
});

test('amounts and durations have a minimum', () => {
  const wide = { ...BASELINE_MIX, events: 2_000, amountMean: 0, durationMean: 50 };
  const events = paymentEvents(wide, seededRng('cut'), interval);
  expect(Math.min(...amounts(events))).toBe(0);
  expect(Math.min(...durations(events))).toBe(50);
});

test('the same seed gives the same payments, evenly spaced in the interval', () => {
  const draw = (seed: string) => paymentEvents(BASELINE_MIX, seededRng(seed), interval);
  expect(draw('a')).toEqual(draw('a'));
  expect(draw('a')).not.toEqual(draw('b'));
  const times = draw('a').map(({ ts }) => Date.parse(ts));
  expect(times[0]).toBe(0);
  expect(times.at(-1)).toBe(600_000 - 3_000);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test('with the default seed, all 700 payments together meet the success rate, so that only the amounts drift', () => {
  const draw = (mix: typeof BASELINE_MIX, name: string) =>
    paymentEvents(mix, seededRng(`${DEFAULT_SEED}/${name}`), interval);
  const all = [...draw(BASELINE_MIX, 'baseline'), ...draw(DRIFT_MIX, 'drift')];
  expect(all).toHaveLength(700);
  expect(all.filter(({ response }) => response.status === 200).length / 700).toBeGreaterThan(0.995);
});
