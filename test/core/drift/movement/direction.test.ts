import { describe, expect, it } from 'vitest';
import { compareProfiles } from '../../../../src/core/drift/compare.ts';
import { directionOf, numericDirection } from '../../../../src/core/drift/movement/direction.ts';
import { TEST_NAMES, type TestName } from '../../../../src/core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../../../src/core/drift/test-table.ts';
import { seededRng } from '../../../../src/core/stats/rng.ts';
import { CALIBRATED, categories, draw, normal, numbers, profileOf } from '../pairs.ts';

const rng = seededRng('direction');
const bell = (mean: number, deviation: number) => numbers(draw(2_000, () => normal(rng, mean, deviation)));
const around = bell(100, 10);
const way = (current: ReturnType<typeof numbers>) => numericDirection(around.numeric, current.numeric);

describe('numericDirection', () => {
  it.each([
    ['higher', bell(105, 10)],
    ['lower', bell(95, 10)],
    ['more_spread', bell(100, 20)],
    ['less_spread', bell(100, 4)],
    ['higher', bell(130, 20)],
  ] as const)('%s', (direction, current) => expect(way(current)).toBe(direction));

  it('nothing moved, or nothing there', () => {
    expect(way(around)).toBeNull();
    expect(way(numbers([]))).toBeNull();
    expect(numericDirection(undefined, around.numeric)).toBeNull();
  });

  it('where the deciles stay the mean decides', () => {
    const flat = Array.from({ length: 200 }, () => 1);
    const spiked = numbers([...flat, 1_000]);
    expect(numericDirection(numbers([...flat, 1]).numeric, spiked.numeric)).toBe('higher');
  });

  it('the largest numbers overflow nowhere', () => {
    const [low, high] = [numbers([-1.7e308, -1.7e308]), numbers([1.7e308, 1.7e308])];
    expect(numericDirection(low.numeric, high.numeric)).toBe('higher');
    expect(numericDirection(high.numeric, low.numeric)).toBe('lower');
  });
});

it('directionOf is the sign', () => expect([1, -1, 0].map(directionOf)).toEqual(['higher', 'lower', null]));

/** Two windows of 1,000 events in which the test fails, and the other way round. */
const CATEGORY: Partial<Record<TestName, 'higher'>> = { unseen: 'higher' };

describe.each(TEST_NAMES)('%s says which way it went', (test) => {
  const settings = { ...CALIBRATED, tests: [test] };
  const directionsOf = (...[reference, current]: [ReturnType<typeof sideOf>, ReturnType<typeof sideOf>]) =>
    compareProfiles(reference, current, settings)
      .checks.filter(({ verdict }) => verdict === 'fail')
      .map(({ direction }) => direction);

  /** `more` of what the test measures. */
  function sideOf(more: boolean) {
    if (test === 'missing') return profileOf(1_000, { x: numbers(draw(more ? 500 : 1_000, () => 1)) });
    if (test === 'type_mismatch') {
      const texts = more ? 400 : 40;
      return profileOf(1_000, { x: { ...numbers(draw(1_000 - texts, () => normal(rng))), ...categories([texts]) } });
    }
    if (DRIFT_TESTS[test].types.includes('numeric')) {
      return profileOf(1_000, { x: numbers(draw(1_000, () => normal(rng, more ? 30 : 0))) });
    }
    if (test === 'unseen') return profileOf(1_000, { x: categories(more ? [500, 0, 500] : [500, 500]) });
    return profileOf(1_000, { x: categories(more ? [200, 800] : [500, 500]) });
  }

  it('up', () => {
    const [direction] = directionsOf(sideOf(false), sideOf(true));
    // Of two categories one rises as the other falls; `at` names which.
    if (['chi2', 'gtest'].includes(test)) expect(['higher', 'lower']).toContain(direction);
    else expect(direction).toBe('higher');
  });

  it('down', () => {
    const [direction] = directionsOf(sideOf(true), sideOf(false));
    if (['chi2', 'gtest'].includes(test)) expect(['higher', 'lower']).toContain(direction);
    else expect(direction).toBe(CATEGORY[test] ?? 'lower');
  });
});
