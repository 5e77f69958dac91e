import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Calibration,
  type EffectsOfWindow,
  isCalibrated,
  isLimitDue,
  learnedFloor,
  NO_CALIBRATION,
  observe,
} from '../../../src/core/calibration/calibration.ts';
import { drawNormal } from '../../../src/core/stats/draw-normal.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';

const FLOOR = 0.05;

function windowAt(slotMs: number, effects: Readonly<Record<string, number>>, isQuiet = true): EffectsOfWindow {
  const entries = Object.entries(effects).map(([key, effect]) => [key, { effect, floor: FLOOR }] as const);
  return { slotMs, windowMs: HOUR_MS, effects: new Map(entries), isQuiet };
}

function fold(windows: readonly EffectsOfWindow[], start = NO_CALIBRATION) {
  const scores: (number | undefined)[] = [];
  let calibration: Calibration = start;
  for (const window of windows) {
    const observed = observe(calibration, window);
    calibration = observed.calibration;
    scores.push(observed.score);
  }
  return { calibration, scores };
}

function quietWindows(count: number, names: readonly string[], stepMs = HOUR_MS): EffectsOfWindow[] {
  const rng = seededRng('quiet windows');
  return Array.from({ length: count }, (_, i) =>
    windowAt(
      (i + 1) * stepMs,
      Object.fromEntries(names.map((name) => [name, Math.max(0, 0.1 + 0.02 * drawNormal(rng))])),
    ),
  );
}

describe('the calibration of a monitor', () => {
  test('a check has a floor after 48 windows, once the monitor has a limit', () => {
    const rules = { windowMs: HOUR_MS, floor: FLOOR };
    const { calibration } = fold(quietWindows(47, ['a']));
    expect(learnedFloor({ ...calibration, limit: 4 }, 'a', rules)).toBeUndefined();
    const later = fold(quietWindows(48, ['a'])).calibration;
    expect(learnedFloor(later, 'a', rules)).toBeUndefined();
    expect(learnedFloor({ ...later, limit: 4 }, 'a', rules)).toBeCloseTo(0.1 + 4 * 0.02, 1);
    expect(learnedFloor({ ...later, limit: 4 }, 'b', rules)).toBeUndefined();
  });

  test('a floor is never below the smallest effect that counts', () => {
    const { calibration } = fold(Array.from({ length: 60 }, (_, i) => windowAt((i + 1) * HOUR_MS, { a: 0 })));
    expect(learnedFloor({ ...calibration, limit: 3 }, 'a', { windowMs: HOUR_MS, floor: FLOOR })).toBe(FLOOR);
  });

  test('windows of a day need only as many as a week has, and ten at least', () => {
    const daily = Array.from({ length: 10 }, (_, i) => ({
      ...windowAt((i + 1) * DAY_MS, { a: 0.1 }),
      windowMs: DAY_MS,
    }));
    const known = { ...fold(daily).calibration, limit: 3 };
    expect(learnedFloor(known, 'a', { windowMs: DAY_MS, floor: FLOOR })).toBeDefined();
    const few = { ...fold(daily.slice(0, 9)).calibration, limit: 3 };
    expect(learnedFloor(few, 'a', { windowMs: DAY_MS, floor: FLOOR })).toBeUndefined();
  });

  test('of windows that overlap, only those that share no event are learned from; all are scored', () => {
    const windows = quietWindows(12 * 60, ['a'], 5 * MINUTE_MS);
    const { calibration, scores } = fold(windows);
    expect(calibration.checks.a?.n).toBe(60);
    expect(scores.slice(-12).every((score) => score !== undefined)).toBe(true);
  });

  test('the windows of an incident are neither learned nor scored', () => {
    const before = fold(quietWindows(60, ['a'])).calibration;
    const incident = Array.from({ length: 30 }, (_, i) => windowAt((61 + i) * HOUR_MS, { a: 0.9 }, false));
    const { calibration, scores } = fold(incident, before);
    expect(calibration.checks.a).toEqual(before.checks.a);
    expect(scores.every((score) => score === undefined)).toBe(true);
  });

  test('its score is the largest of its checks, each the least of two windows', () => {
    const before = fold(quietWindows(60, ['a', 'b'])).calibration;
    const { mean, variance } = before.checks.a as { mean: number; variance: number };
    const high = (windows: readonly number[]) =>
      fold(
        windows.map((effect, i) => windowAt((61 + i) * HOUR_MS, { a: effect, b: 0.1 })),
        before,
      ).scores.at(-1) as number;
    expect(high([0.5, 0.1])).toBeLessThan(2);
    expect(high([0.1, 0.5])).toBeLessThan(2);
    const twice = high([0.5, 0.5]);
    expect(twice).toBeGreaterThan((0.5 - mean) / Math.sqrt(variance) / 2);
  });

  test('a check without a value in a window is skipped: its run goes on', () => {
    const before = fold(quietWindows(60, ['a'])).calibration;
    const gap = [windowAt(61 * HOUR_MS, { a: 0.5 }), windowAt(62 * HOUR_MS, {}), windowAt(63 * HOUR_MS, { a: 0.5 })];
    const { scores } = fold(gap, before);
    expect(scores[1]).toBeUndefined();
    expect(scores[2]).toBeGreaterThan(5);
  });

  test('it judges after a week, and its limit is due each day', () => {
    const { calibration } = fold(quietWindows(24, ['a']));
    const known = { ...calibration, limit: 3, limitMs: 24 * HOUR_MS };
    expect(isCalibrated(known, 7 * DAY_MS)).toBe(false);
    expect(isCalibrated(known, 7 * DAY_MS + HOUR_MS)).toBe(true);
    expect(isCalibrated(calibration, 30 * DAY_MS)).toBe(false);
    expect([isLimitDue(calibration, 0), isLimitDue(known, 47 * HOUR_MS), isLimitDue(known, 48 * HOUR_MS)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('written down at any moment, it goes on as if it had not been', () => {
    const windows = quietWindows(120, ['a', 'b']).map((window, i) => ({ ...window, isQuiet: i % 40 < 35 }));
    const whole = fold(windows);
    fc.assert(
      fc.property(fc.nat(windows.length), (cut) => {
        const first = fold(windows.slice(0, cut));
        const stored = JSON.parse(JSON.stringify(first.calibration)) as Calibration;
        const second = fold(windows.slice(cut), stored);
        expect(second.calibration).toEqual(whole.calibration);
        expect([...first.scores, ...second.scores]).toEqual(whole.scores);
      }),
      { numRuns: 20 },
    );
  });
});
