import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FeaturePair } from '../../../../src/core/drift/drift-test.ts';
import type { PresetFinding } from '../../../../src/core/drift/presets/preset.ts';
import { PRESET_NAMES, PRESETS, type PresetName } from '../../../../src/core/drift/presets/table.ts';
import { type Sample, sampleOf } from '../../stats/golden.ts';
import { categoricalPair, numericPair, pairOf } from '../pairs.ts';

/** Large enough that every value stays. */
const EXACT_K = 16_384;
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../golden/${name}.json`, import.meta.url), 'utf8'));

/** To 1e-6 of itself, or, where the number is nothing but what rounding and a zero rule leave, of 1e-9. */
function expectNumber(actual: number | null | undefined, expected: number | null): void {
  if (expected === null) expect(actual).toBeNull();
  else expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(Math.max(1e-6 * Math.abs(expected), 1e-9));
}

interface ToolCase {
  readonly name: string;
  readonly x?: Sample;
  readonly y?: Sample;
  readonly reference?: number[];
  readonly current?: number[];
  readonly evidently: { test: string; value: number; drift: boolean };
  readonly nannyml: { value: number; drift: boolean };
  readonly whylogs?: { value: number; statistic: number | null; drift: boolean };
}

const EVIDENTLY_TESTS: Record<string, string> = {
  ks: 'ks',
  wasserstein: 'wasserstein',
  chisquare: 'chi2',
  z: 'ztest',
  jensenshannon: 'js',
};

describe('presets give the numbers and verdicts of the tools', () => {
  const cases = read('presets').cases as ToolCase[];
  const pairOfCase = ({ x, y, reference, current }: ToolCase): FeaturePair =>
    x && y ? numericPair(sampleOf(x), sampleOf(y), EXACT_K) : categoricalPair(reference ?? [], current ?? []);
  const only = (name: PresetName, row: ToolCase) => {
    const findings = PRESETS[name].compare(pairOfCase(row));
    expect(findings).toHaveLength(1);
    return findings[0] as PresetFinding;
  };

  it.each(cases)('evidently: $name', (row) => {
    const { test, result, isDrift } = only('evidently', row);
    expect(test).toBe(EVIDENTLY_TESTS[row.evidently.test]);
    expectNumber(test === 'wasserstein' || test === 'js' ? result.statistic : result.pValue, row.evidently.value);
    expect(isDrift).toBe(row.evidently.drift);
  });

  it.each(cases)('nannyml: $name', (row) => {
    const { result, isDrift } = only('nannyml', row);
    expectNumber(result.statistic, row.nannyml.value);
    expect(isDrift).toBe(row.nannyml.drift);
  });

  it.each(cases.filter((row) => row.whylogs !== undefined))('whylogs: $name', (row) => {
    const { result, isDrift } = only('whylogs', row);
    const expected = row.whylogs as NonNullable<ToolCase['whylogs']>;
    expectNumber(result.pValue, expected.value);
    if (expected.statistic !== null) expectNumber(result.statistic, expected.statistic);
    expect(isDrift).toBe(expected.drift);
  });
});

const range = <T>(n: number, one: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => one(i));
const first = (i: number) => ((i * 7919) % 1009) / 10.09;
const second = (i: number) => (((i * 6271 + 13) % 1013) / 10.13) * 1.1 + 5;
const bigFirst = (i: number) => ((i * 7919) % 10_007) / 100.07;
const bigSecond = (i: number) => (((i * 6271 + 13) % 10_009) / 100.09) * 1.01 + 0.2;
/** The inputs that replaced-systems.json describes. */
const INPUTS: Record<string, number[]> = {
  ref: range(500, first),
  cur: range(300, second),
  cur60: range(300, (i) => second(i) + 60),
  cur_far: range(300, (i) => second(i) + 1000),
  cur500: range(500, second),
  rint: range(200, (i) => (i * i) % 11),
  cint: range(150, (i) => (i * i * 3 + 1) % 13),
  big1: range(9000, bigFirst),
  big2: range(3000, bigSecond),
  huge1: range(12_000, bigFirst),
  const: range(60, () => 5),
};

describe('presets give the numbers of the replaced systems', () => {
  const golden = read('replaced-systems');
  const statistic = (findings: readonly PresetFinding[], test: string) =>
    findings.find((finding) => finding.test === test)?.result.statistic;
  const pValue = (findings: readonly PresetFinding[], test: string) =>
    findings.find((finding) => finding.test === test)?.result.pValue;

  it.each(Object.keys(golden.numeric))('numbers: %s', (name) => {
    const { sentinel, driftsense } = golden.numeric[name];
    const [reference, current] = name.split('_vs_').map((side) => INPUTS[side] ?? []) as [number[], number[]];
    const pair = numericPair(reference, current, EXACT_K);
    // 9,000 × 3,000 exact paths would cost a second; the finite-n law differs by less than .004.
    const isAffordable = reference.length * current.length <= 4e6;
    const expectP = (actual: number | null | undefined, expected: number) =>
      isAffordable ? expectNumber(actual, expected) : expect(actual).toBeCloseTo(expected, 2);

    const checks = PRESETS.sentinel.compare(pair);
    expectNumber(statistic(checks, 'ks'), sentinel.ks);
    expectP(pValue(checks, 'ks'), sentinel.p);
    expectNumber(statistic(checks, 'psi'), sentinel.psi);
    expect(checks[0]?.isDrift).toBe(sentinel.ks_drift);

    const theirs = PRESETS.driftsense.compare(pair);
    expectP(pValue(theirs, 'ks'), driftsense.p);
    expectNumber(statistic(theirs, 'js'), driftsense.js);
    expectNumber(statistic(theirs, 'psi'), driftsense.psi);
    expect(theirs.some((finding) => finding.isDrift)).toBe(driftsense.breach);
  });

  it.each(Object.keys(golden.categorical))('categories: %s', (name) => {
    const row = golden.categorical[name];
    const pair = categoricalPair(Object.entries(row.reference), Object.entries(row.current));
    expectNumber(statistic(PRESETS.guard.compare(pair), 'psi'), row.guard);
    expectNumber(statistic(PRESETS['drift-monitor'].compare(pair), 'psi'), row['drift-monitor']);
    const chi2 = PRESETS.sentinel.compare(pair)[0];
    expectNumber(chi2?.result.statistic, row.sentinel.chi2);
    expectNumber(chi2?.result.pValue, row.sentinel.p);
    expect(chi2?.isDrift).toBe(row.sentinel.drift);
    const driftsense = PRESETS.driftsense.compare(pair);
    expectNumber(statistic(driftsense, 'chi2'), row.driftsense.chi2);
    expectNumber(pValue(driftsense, 'chi2'), row.driftsense.p);
    expectNumber(statistic(driftsense, 'js'), row.driftsense.js);
    expectNumber(statistic(driftsense, 'psi'), row.driftsense.psi);
    expect(driftsense.some((finding) => finding.isDrift)).toBe(row.driftsense.breach);
  });

  it('drift-monitor: KL of flattened embeddings, in its own direction', () => {
    const e1 = range(120, (i) => range(16, (j) => Math.sin(i * 0.7 + j * 1.3))).flat();
    const e2 = range(110, (i) => range(16, (j) => 0.9 * Math.sin(i * 0.9 + j * 1.1) + 0.1)).flat();
    const kl = (x: number[], y: number[]) => PRESETS['drift-monitor'].compare(numericPair(x, y, EXACT_K))[0];
    expectNumber(kl(e1, e2)?.result.statistic, golden.kl.E1_E2);
    expectNumber(kl(e2, e1)?.result.statistic, golden.kl.E2_E1);
    expect(kl(e1, e1)).toMatchObject({ isDrift: false, result: { statistic: 0 } });
    expect(kl(e1, e2)?.isDrift).toBe(true);
  });
});

describe.each(PRESET_NAMES)('edges: %s', (name) => {
  it.each([
    ['nothing at all', pairOf('numeric', {}, {})],
    ['no names at all', pairOf('categorical', {}, {})],
    ['empty current', numericPair([1, 2, 3], [])],
    ['one row each', numericPair([1], [2])],
    ['constant', numericPair([5, 5, 5], [5, 5])],
    ['huge', numericPair([1e308, -1e308], [5, 5])],
    ['one name', categoricalPair([5], [7])],
    ['disjoint', categoricalPair([5, 0], [0, 5])],
  ])('%s', (_, pair) => {
    for (const { result, threshold, isDrift } of PRESETS[name].compare(pair)) {
      for (const value of [result.statistic, result.effect, result.pValue])
        expect(value === null || Number.isFinite(value)).toBe(true);
      expect(result.statistic === null).toBe(result.reason !== undefined);
      expect(Number.isFinite(threshold) && typeof isDrift === 'boolean').toBe(true);
    }
  });
});
