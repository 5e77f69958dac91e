import { describe, expect, it } from 'vitest';
import { DRIFT_TESTS, TEST_NAMES } from '../../src/drift/test-table.ts';
import { seededRng } from '../../src/stats/rng.ts';
import { NULL_SCENARIOS } from './null-scenarios.ts';

const ROUNDS = 400;
const LEVELS = [0.01, 0.05, 0.1, 0.5];

/** Proof 3 of 5: when nothing drifted, the p-value keeps its word. Seeded, four standard errors wide. */
describe.each(TEST_NAMES)('null: %s', (test) => {
  it('has scenarios', () => expect(NULL_SCENARIOS[test].length).toBeGreaterThan(1));

  it.each(NULL_SCENARIOS[test])('$name: $claim', ({ name, draw, claim }) => {
    const rng = seededRng(`${test} ${name}`);
    const pValues = Array.from({ length: ROUNDS }, () => DRIFT_TESTS[test].compare(draw(rng), 'calibrated').pValue);
    expect(pValues).not.toContain(null);
    for (const level of LEVELS) {
      const share = pValues.filter((p) => (p as number) <= level).length / ROUNDS;
      const slack = 4 * Math.sqrt((level * (1 - level)) / ROUNDS);
      expect(share, `P(p <= ${level})`).toBeLessThanOrEqual(level + slack);
      if (claim === 'uniform') expect(share, `P(p <= ${level})`).toBeGreaterThanOrEqual(level - slack);
    }
  });
});
