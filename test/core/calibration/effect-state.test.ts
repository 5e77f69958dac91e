import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addScore,
  type EffectState,
  learn,
  runScore,
  stdOf,
  UNKNOWN_EFFECT,
} from '../../../src/core/calibration/effect-state.ts';

const FLOOR = 0.05;
const ENOUGH = 48;

function learnAll(effects: readonly number[], enough = ENOUGH): EffectState {
  return effects.reduce((state, effect) => learn(state, { effect, floor: FLOOR }, enough), UNKNOWN_EFFECT);
}

const effects = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: ENOUGH });

describe('what is usual', () => {
  test('starts with the mean and the sample variance of the first windows', () => {
    fc.assert(
      fc.property(effects, (values) => {
        const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
        const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
        const state = learnAll(values);
        expect(state.n).toBe(values.length);
        expect(state.mean).toBeCloseTo(mean, 10);
        expect(state.variance).toBeCloseTo(variance, 10);
      }),
    );
  });

  test('afterwards half of a lasting change of level is taken over in 138 windows', () => {
    let state = learnAll(Array.from({ length: ENOUGH }, (_, i) => 0.1 + (i % 2) * 0.02));
    const before = state.mean;
    const std = stdOf(state, FLOOR);
    for (let i = 0; i < 138; i++) state = learn(state, { effect: before + std, floor: FLOOR }, ENOUGH);
    expect((state.mean - before) / std).toBeCloseTo(0.5, 2);
  });

  test('one window moves it by three standard deviations at most, however wild it is', () => {
    const state = learnAll(Array.from({ length: ENOUGH }, (_, i) => 0.1 + (i % 2) * 0.02));
    const wild = learn(state, { effect: 1, floor: FLOOR }, ENOUGH);
    const far = learn(state, { effect: state.mean + 3 * stdOf(state, FLOOR), floor: FLOOR }, ENOUGH);
    expect(wild).toEqual(far);
  });

  test('a check that is always 0 has a deviation all the same, so that dust is not many deviations', () => {
    const state = learnAll(Array.from({ length: ENOUGH }, () => 0));
    expect(stdOf(state, FLOOR)).toBeCloseTo(FLOOR / 10, 12);
    expect(stdOf(state, 0)).toBe(1e-4);
  });
});

describe('the score of a run', () => {
  const slots = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 60,
    })
    .map((steps) => {
      let slotMs = 0;
      return steps.map(([step, effect]) => {
        slotMs += step;
        return { slotMs, effect };
      });
    });

  test('is the least score back to the last window that does not overlap', () => {
    const learned = learnAll([0.1, 0.2, 0.3]);
    fc.assert(
      fc.property(slots, fc.integer({ min: 1, max: 8 }), (windows, windowMs) => {
        let state = learned;
        windows.forEach(({ slotMs, effect }, i) => {
          state = addScore(state, { effect, floor: FLOOR }, slotMs, windowMs);
          const scores = windows.slice(0, i + 1).map((window) => ({
            slotMs: window.slotMs,
            score: (window.effect - learned.mean) / stdOf(learned, FLOOR),
          }));
          const lastApart = scores.findLastIndex((score) => score.slotMs <= slotMs - windowMs);
          const expected = lastApart < 0 ? undefined : Math.min(...scores.slice(lastApart).map(({ score }) => score));
          expect(runScore(state, slotMs, windowMs)).toBe(expected);
        });
      }),
    );
  });

  test('is the same when the state was written down in between', () => {
    fc.assert(
      fc.property(slots, fc.nat(60), (windows, cut) => {
        const fold = (state: EffectState, part: typeof windows) =>
          part.reduce(
            (before, { slotMs, effect }) =>
              learn(addScore(before, { effect, floor: FLOOR }, slotMs, 3), { effect, floor: FLOOR }, 10),
            state,
          );
        const whole = fold(UNKNOWN_EFFECT, windows);
        const stored = JSON.parse(JSON.stringify(fold(UNKNOWN_EFFECT, windows.slice(0, cut)))) as EffectState;
        expect(fold(stored, windows.slice(cut))).toEqual(whole);
      }),
    );
  });
});
