import type { DriftTest, FeaturePair, FeatureType, Policy } from './drift-test.ts';
import { anderson } from './methods/anderson.ts';
import { chi2 } from './methods/chi2.ts';
import { cvm } from './methods/cvm.ts';
import { energy } from './methods/energy.ts';
import { fisher } from './methods/fisher.ts';
import { gtest } from './methods/gtest.ts';
import { hellingerTest } from './methods/hellinger.ts';
import { js } from './methods/js.ts';
import { kl } from './methods/kl.ts';
import { ks } from './methods/ks.ts';
import { linf } from './methods/linf.ts';
import { mannwhitney } from './methods/mannwhitney.ts';
import { missing } from './methods/missing.ts';
import { outOfRange } from './methods/out-of-range.ts';
import { psi } from './methods/psi.ts';
import { tvd } from './methods/tvd.ts';
import { typeMismatch } from './methods/type-mismatch.ts';
import { unseen } from './methods/unseen.ts';
import { wasserstein } from './methods/wasserstein.ts';
import { welch } from './methods/welch.ts';
import { ztest } from './methods/ztest.ts';
import type { CompareSettings, TestChoice } from './settings.ts';
import { TEST_NAMES, type TestName } from './test-name.ts';

/** Every test. The five proofs in test/core/drift loop over this table, so a test without them cannot enter it. */
export const DRIFT_TESTS: Readonly<Record<TestName, DriftTest>> = {
  ks,
  wasserstein,
  psi,
  js,
  kl,
  chi2,
  hellinger: hellingerTest,
  tvd,
  linf,
  anderson,
  cvm,
  energy,
  mannwhitney,
  welch,
  gtest,
  ztest,
  fisher,
  missing,
  unseen,
  out_of_range: outOfRange,
  type_mismatch: typeMismatch,
};

/** The tests of each policy when the settings name none. Identifiers have no distribution worth comparing. */
const CHOSEN: Readonly<Record<Policy, Readonly<Record<FeatureType, readonly TestName[]>>>> = {
  calibrated: { numeric: ['ks', 'missing'], categorical: ['psi', 'missing', 'unseen'], identifier: ['missing'] },
  classic: { numeric: ['ks'], categorical: ['psi'], identifier: [] },
};

/** Up to this many reference rows `auto` uses p-values alone; beyond, distances as well. */
const SMALL_REFERENCE = 1_000;

/**
 * The tests for a feature, in the order of the table: those of the settings that suit it, or else the policy's choice.
 *
 * `auto` chooses as Evidently does: up to 1,000 reference rows ks for numbers and chi2 for categories (for two of them ztest, or fisher
 * where counts are small); beyond, wasserstein and ks, js and chi2. Always psi, missing, unseen, and type_mismatch where it applies.
 *
 * @throws RangeError when the settings have a name that is not in the table
 * @example chooseTests(categoricalPair([30, 10], [5, 5]), { policy: 'classic', alpha: 0.05 }) // ['psi']
 */
export function chooseTests(pair: FeaturePair, settings: CompareSettings): readonly TestName[] {
  const requested = testsOf(pair.feature, settings);
  if (requested === undefined) return CHOSEN[settings.policy][pair.type];
  const wanted: ReadonlySet<string> = requested === 'auto' ? chooseBySize(pair) : checkNames(requested);
  return TEST_NAMES.filter((name) => wanted.has(name) && suits(DRIFT_TESTS[name], pair));
}

/** The tests that the settings name for a feature; undefined leaves the choice to the policy. */
export function testsOf(feature: string, settings: CompareSettings): TestChoice | undefined {
  return settings.features?.get(feature)?.tests ?? settings.tests;
}

function suits(test: DriftTest, pair: FeaturePair): boolean {
  return test.types.includes(pair.type) && (test.appliesTo?.(pair) ?? true);
}

/** @throws RangeError when one is not in the table */
function checkNames(names: Exclude<TestChoice, 'auto'>): ReadonlySet<string> {
  const unknown = names.find((name) => !Object.hasOwn(DRIFT_TESTS, name));
  if (unknown !== undefined) throw new RangeError(`tests: no test is called ${unknown}; there are ${TEST_NAMES}`);
  return new Set(names);
}

function chooseBySize(pair: FeaturePair): ReadonlySet<TestName> {
  const always: TestName[] = ['psi', 'missing', 'unseen', 'type_mismatch'];
  if (pair.type === 'numeric') {
    const n = pair.reference.numeric?.sketch.n ?? 0;
    return new Set<TestName>(n > SMALL_REFERENCE ? ['wasserstein', 'ks', ...always] : ['ks', ...always]);
  }
  if ((pair.reference.categories?.n ?? 0) > SMALL_REFERENCE) return new Set<TestName>(['js', 'chi2', ...always]);
  const isTwoValued = ztest.appliesTo?.(pair) ?? false;
  return new Set<TestName>([isTwoValued ? (isLargeEnough(pair) ? 'ztest' : 'fisher') : 'chi2', ...always]);
}

/** Whether every count is large enough for the z-test. */
function isLargeEnough(pair: FeaturePair): boolean {
  return ztest.compare(pair, 'calibrated').effect !== null;
}
