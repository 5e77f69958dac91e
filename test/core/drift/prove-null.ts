import { describe, expect, it } from 'vitest';
import { TEST_NAMES, type TestName } from '../../../src/core/drift/test-name.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { claimOf, drawPValues, type NullScenario } from './null-scenarios.ts';

const ROUNDS = 2_000;
/** The widest that an empirical distribution of uniform p-values may lie from uniform. */
const WIDEST = 0.04;
/** How far the share of p-values below a level may pass it, beside two standard errors of that share. */
const MOST_TOO_MANY = 0.01;
const LEVELS = [0.01, 0.05, 0.1];

/** Proof 3 of 5: when nothing drifted, the p-value keeps its word, in each of these scenarios. */
export function proveNull(scenarios: readonly NullScenario[]): void {
  /** By test: the scenarios in which it could answer. */
  const answered = new Map<TestName, string[]>();

  describe.each(scenarios)('null: $name', (scenario) => {
    it('every test that can answer keeps its word', () => {
      const pValues = drawPValues(scenario, seededRng(`null ${scenario.name}`), ROUNDS);
      for (const [test, all] of pValues) {
        const known = all.filter((p) => p !== null).sort((a, b) => a - b);
        if (known.length === 0) continue;
        answered.set(test, [...(answered.get(test) ?? []), scenario.name]);
        expectHonest(known, test, scenario);
      }
    });
  });

  describe.each(TEST_NAMES)('null: %s', (test) => {
    it('was asked where it can answer, and claims uniform p-values only there', ({ task }) => {
      const places = answered.get(test) ?? [];
      task.meta.scenarios = places.length;
      expect(places.length).toBeGreaterThan(0);
      const claimed = scenarios.filter((scenario) => claimOf(test, scenario) === 'uniform');
      for (const { name } of claimed) expect(places).toContain(name);
    });
  });
}

function expectHonest(ascending: readonly number[], test: TestName, scenario: NullScenario): void {
  const shareAt = (level: number) => ascending.filter((p) => p <= level).length / ascending.length;
  for (const level of LEVELS) {
    const slack = MOST_TOO_MANY + 2 * Math.sqrt((level * (1 - level)) / ascending.length);
    expect.soft(shareAt(level), `${test}: P(p <= ${level})`).toBeLessThanOrEqual(level + slack);
  }
  if (claimOf(test, scenario) === 'uniform')
    expect.soft(distanceFromUniform(ascending), `${test}: distance from uniform`).toBeLessThan(WIDEST);
}

/** sup |F(p) − p| of ascending values. */
function distanceFromUniform(ascending: readonly number[]): number {
  return ascending.reduce(
    (widest, p, i) => Math.max(widest, (i + 1) / ascending.length - p, p - i / ascending.length),
    0,
  );
}
