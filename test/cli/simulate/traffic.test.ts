import { describe, expect, test } from 'vitest';
import {
  type PlantedDrift,
  type SimulatedEvent,
  TRAFFIC_KINDS,
  Traffic,
  type TrafficKind,
} from '../../../src/cli/simulate/traffic.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';

const START_MS = Date.UTC(2026, 0, 5);

function draw(kind: TrafficKind, days: number, drifts: readonly PlantedDrift[] = []): SimulatedEvent[] {
  const traffic = new Traffic({ kind, seed: 1, features: 5, perHour: 200, drifts });
  return traffic.next({ startMs: START_MS, endMs: START_MS + days * DAY_MS });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1);
}

const numberOf = (event: SimulatedEvent) => event.request.number_0 as number;
const hourOf = (event: SimulatedEvent) => new Date(event.ts).getUTCHours();

/** The values of each hour of the traffic, one list an hour. */
function byHour(events: readonly SimulatedEvent[], pick: (event: SimulatedEvent) => number): number[][] {
  const hours = new Map<number, number[]>();
  for (const event of events) {
    const hour = Math.floor((Date.parse(event.ts) - START_MS) / HOUR_MS);
    hours.set(hour, [...(hours.get(hour) ?? []), pick(event)]);
  }
  return [...hours.values()];
}

/** How many times the variance of hourly means is what it would be if rows were independent. */
function designEffect(events: readonly SimulatedEvent[], pick: (event: SimulatedEvent) => number): number {
  const hours = byHour(events, pick);
  const ofMeans = variance(hours.map(mean));
  return ofMeans / mean(hours.map((values) => variance(values) / values.length));
}

describe.each(TRAFFIC_KINDS)('traffic of the kind %s', (kind) => {
  test('is the same, however long the intervals are in which it is asked for', () => {
    const whole = draw(kind, 1);
    const traffic = new Traffic({ kind, seed: 1, features: 5, perHour: 200, drifts: [] });
    const parts = Array.from({ length: 144 }, (_, i) =>
      traffic.next({ startMs: START_MS + i * 10 * MINUTE_MS, endMs: START_MS + (i + 1) * 10 * MINUTE_MS }),
    );
    expect(parts.flat().map(({ ts }) => ts)).toEqual(whole.map(({ ts }) => ts));
    for (const [i, part] of parts.entries()) {
      const times = part.map(({ ts }) => Date.parse(ts));
      expect(times).toEqual([...times].sort((a, b) => a - b));
      for (const ms of times) expect(Math.floor((ms - START_MS) / (10 * MINUTE_MS))).toBe(i);
    }
  });

  test('has about as many events an hour as asked for, and numbers around 100 with a deviation of 20', () => {
    const events = draw(kind, 7);
    expect(events.length / (7 * 24)).toBeGreaterThan(180);
    expect(events.length / (7 * 24)).toBeLessThan(220);
    expect(mean(events.map(numberOf))).toBeGreaterThan(95);
    expect(mean(events.map(numberOf))).toBeLessThan(105);
    expect(Math.sqrt(variance(events.map(numberOf)))).toBeGreaterThan(18);
    expect(Math.sqrt(variance(events.map(numberOf)))).toBeLessThan(24);
  });

  test('a planted drift moves its features by what was asked, and no other', () => {
    const noon = START_MS + 12 * HOUR_MS;
    const drift = { startMs: noon, endMs: noon + 6 * HOUR_MS, features: [0, 3], deviations: 1, points: 0.2 };
    const at = (events: readonly SimulatedEvent[]) =>
      events.filter(({ ts }) => Date.parse(ts) >= drift.startMs && Date.parse(ts) < drift.endMs);
    const [quiet, moved] = [at(draw(kind, 1)), at(draw(kind, 1, [drift]))];
    const share = (events: readonly SimulatedEvent[]) =>
      events.filter(({ request }) => request.name_3 === 'e').length / events.length;
    expect(mean(moved.map(numberOf)) - mean(quiet.map(numberOf))).toBeGreaterThan(14);
    expect(mean(moved.map(numberOf)) - mean(quiet.map(numberOf))).toBeLessThan(26);
    expect(share(moved) - share(quiet)).toBeGreaterThan(0.1);
    const other = (event: SimulatedEvent) => event.request.number_1 as number;
    expect(Math.abs(mean(moved.map(other)) - mean(quiet.map(other)))).toBeLessThan(6);
  });
});

test('only season and all follow the hour of the day, in rate and in mean', () => {
  for (const kind of TRAFFIC_KINDS) {
    const events = draw(kind, 7);
    const [day, night] = [events.filter((e) => hourOf(e) === 16), events.filter((e) => hourOf(e) === 4)];
    const hasSeason = kind === 'season' || kind === 'all';
    expect(day.length > 2 * night.length, kind).toBe(hasSeason);
    expect(mean(day.map(numberOf)) - mean(night.map(numberOf)) > 10, kind).toBe(hasSeason);
  }
});

test('rows of a sender are alike: a window says less than its number of rows', () => {
  expect(designEffect(draw('iid', 7), numberOf)).toBeLessThan(1.6);
  expect(designEffect(draw('correlated', 7), numberOf)).toBeLessThan(1.6);
  expect(designEffect(draw('sessions', 7), numberOf)).toBeGreaterThan(2);
  expect(designEffect(draw('users', 7), numberOf)).toBeGreaterThan(2);
});

test('the latency of correlated traffic moves slowly, all events of an hour together', () => {
  const duration = ({ response }: SimulatedEvent) => response.duration_ms;
  expect(designEffect(draw('iid', 7), duration)).toBeLessThan(1.6);
  expect(designEffect(draw('correlated', 7), duration)).toBeGreaterThan(5);
});

test('a kind has its own draws, and a seed too', () => {
  const first = draw('iid', 1)[0];
  expect(draw('iid', 1)[0]).toEqual(first);
  const other = new Traffic({ kind: 'iid', seed: 2, features: 5, perHour: 200, drifts: [] });
  expect(other.next({ startMs: START_MS, endMs: START_MS + HOUR_MS })[0]).not.toEqual(first);
});
