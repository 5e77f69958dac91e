import { chi2 } from './chi2.ts';
import type { DriftTest, FeatureKind } from './drift-test.ts';
import { ks } from './ks.ts';
import { missing } from './missing.ts';
import { psi } from './psi.ts';
import type { DriftSettings } from './settings.ts';
import { unseen } from './unseen.ts';

/** Every test, in the order of a report. The five proofs of test/drift loop over this table: a test enters proved or not at all. */
export const DRIFT_TESTS = { ks, psi, chi2, missing, unseen } as const satisfies Record<string, DriftTest>;

export type TestName = keyof typeof DRIFT_TESTS;

export const TEST_NAMES = Object.keys(DRIFT_TESTS) as readonly TestName[];

/** What each policy runs unless the settings say otherwise. Identifiers have no distribution worth comparing. */
const CHOSEN: Readonly<Record<DriftSettings['policy'], Readonly<Record<FeatureKind, readonly TestName[]>>>> = {
  calibrated: { numeric: ['ks', 'missing'], categorical: ['psi', 'missing', 'unseen'], identifier: ['missing'] },
  classic: { numeric: ['ks'], categorical: ['psi'], identifier: [] },
};

/**
 * The tests for a feature: those of `settings.tests` that can answer for its kind, or the policy's own choice.
 *
 * @throws RangeError when `settings.tests` has a name that is not in the table
 * @example chooseTests('numeric', { ...settings, policy: 'classic' }) // ['ks']
 */
export function chooseTests(kind: FeatureKind, settings: DriftSettings): readonly TestName[] {
  if (settings.tests === undefined) return CHOSEN[settings.policy][kind];
  const unknown = settings.tests.find((name) => !Object.hasOwn(DRIFT_TESTS, name));
  if (unknown !== undefined) throw new RangeError(`tests: no test is called ${unknown}; there are ${TEST_NAMES}`);
  const asked = new Set(settings.tests);
  return TEST_NAMES.filter((name) => asked.has(name) && (DRIFT_TESTS[name] as DriftTest).kinds.includes(kind));
}
