import { describe, expect, test } from 'vitest';
import type { Score } from '../../../src/core/calibration/effect-state.ts';
import { limitOf } from '../../../src/core/calibration/limit.ts';
import { drawNormal } from '../../../src/core/stats/draw-normal.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { HOUR_MS, WEEK_MS } from '../../../src/core/time/window.ts';

const HOURLY = { windowMs: HOUR_MS, falseAlarmsPerWeek: 0.1 };

function hourly(scores: readonly number[]): Score[] {
  return scores.map((score, i) => ({ slotMs: (i + 1) * HOUR_MS, score }));
}

describe('the limit of a monitor', () => {
  test('is unknown with fewer than ten scores', () => {
    expect(limitOf(hourly([1, 2, 3, 4, 5, 6, 7, 8, 9]), HOURLY)).toBeUndefined();
    expect(limitOf([], HOURLY)).toBeUndefined();
  });

  test('is threshold plus mean excess times the log of clusters over clusters wished for', () => {
    // 168 hours: 90 % of them 0, then eight clusters of two hours, each with peaks 4 and 3: threshold 0, mean excess 4, k = 8 in one week.
    const scores = Array.from({ length: 168 }, (_, i) => (i % 21 === 5 ? 4 : i % 21 === 6 ? 3 : 0));
    expect(limitOf(hourly(scores), HOURLY)).toBeCloseTo(4 * Math.log(8 / 0.1), 10);
    expect(limitOf(hourly(scores), { ...HOURLY, falseAlarmsPerWeek: 2 })).toBeCloseTo(4 * Math.log(4), 10);
  });

  test('two peaks with a whole window below between them are two clusters', () => {
    const apart = Array.from({ length: 168 }, (_, i) => (i % 21 === 5 || i % 21 === 7 ? 4 : 0));
    expect(limitOf(hourly(apart), HOURLY)).toBeCloseTo(4 * Math.log(16 / 0.1), 10);
  });

  test('is at least 3', () => {
    expect(limitOf(hourly(Array.from({ length: 168 }, () => 0.1)), HOURLY)).toBe(3);
    expect(limitOf(hourly(Array.from({ length: 168 }, (_, i) => (i % 21) / 21)), HOURLY)).toBe(3);
  });

  test.each([0.1, 0.25, 1])('held out, scores that follow each other pass it about %s times a week', (target) => {
    // The largest of 19 autocorrelated series, as a quiet monitor has it; 30 streams, 4 weeks to learn, 8 weeks to hold.
    const [learnHours, testHours] = [4 * 168, 8 * 168];
    let alarms = 0;
    for (let stream = 0; stream < 30; stream++) {
      const rng = seededRng(`limit ${stream}`);
      const series = Array.from({ length: 19 }, () => 0);
      const scores = Array.from({ length: learnHours + testHours }, () => {
        for (let i = 0; i < series.length; i++) series[i] = 0.6 * (series[i] as number) + 0.8 * drawNormal(rng);
        return Math.max(...series);
      });
      const limit = limitOf(hourly(scores.slice(0, learnHours)), { ...HOURLY, falseAlarmsPerWeek: target }) as number;
      const held = scores.slice(learnHours);
      alarms += held.filter((score, i) => score > limit && (held[i - 1] ?? 0) <= limit).length;
    }
    const perWeek = alarms / (30 * (testHours / 168));
    expect(perWeek).toBeGreaterThan(target / 3);
    expect(perWeek).toBeLessThan(target * 3);
    expect(WEEK_MS / HOUR_MS).toBe(168);
  });
});
