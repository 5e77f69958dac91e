import type { Profile } from '../profile/profile.ts';
import { runSteps, type Steps } from '../steps.ts';
import { QUALITY_TESTS } from './aggregate.ts';
import { fewValuesAsCategories } from './bins/few-values.ts';
import { type DriftCheck, SLO_NAMES, strengthOf, VOLUME_NAME } from './check.ts';
import { nameChecks } from './check-names.ts';
import type { FeaturePair, Json } from './drift-test.ts';
import { type Judged, judge, type Measured } from './judge.ts';
import { type Movements, movementOf, STILL } from './movement/movement.ts';
import { type NotTested, pairInSteps } from './pair-features.ts';
import { PRESETS, type PresetName } from './presets/table.ts';
import type { CompareSettings } from './settings.ts';
import { chooseTests, DRIFT_TESTS, testsOf } from './test-table.ts';

export interface Comparison {
  /** By feature path, then in the order of the table. */
  readonly checks: readonly DriftCheck[];
  readonly notTested: readonly NotTested[];
  /** Features of the current window that the reference does not have. */
  readonly added: readonly string[];
}

/**
 * Compares two profiles: every feature of the reference, each test that suits it, one verdict each. Pure.
 *
 * What a feature is (numeric, categorical, identifier) is read off the reference. A feature that is gone from the current window
 * has all its values missing.
 *
 * @throws RangeError when `settings.tests` names a test that does not exist
 */
export function compareProfiles(reference: Profile, current: Profile, settings: CompareSettings): Comparison {
  return runSteps(compareInSteps(reference, current, settings));
}

/** The same, a feature a step. */
export function* compareInSteps(reference: Profile, current: Profile, settings: CompareSettings): Steps<Comparison> {
  const { pairs, notTested, added } = yield* pairInSteps(reference, current, settings.types);
  return { checks: yield* checkInSteps(pairs, settings), notTested, added };
}

/** A result with its verdict, before it has a name. */
interface Found extends Measured {
  readonly pair: FeaturePair;
  readonly judged: Judged;
  readonly details: { readonly [field: string]: Json };
}

/** The checks of paired features, in their order. */
export function* checkInSteps(pairs: readonly FeaturePair[], settings: CompareSettings): Steps<DriftCheck[]> {
  const { preset } = settings;
  const found = yield* preset === undefined ? testInSteps(pairs, settings) : copyInSteps(pairs, preset, settings);
  const names = nameChecks(found, RESERVED_NAMES);
  const movements: Movements = new Map();
  return found.map((each, i) => toCheck(each, names[i] as string, movements));
}

/** Names that checks of other kinds have. */
const RESERVED_NAMES: readonly string[] = [...SLO_NAMES, VOLUME_NAME];

function* testInSteps(pairs: readonly FeaturePair[], settings: CompareSettings): Steps<Found[]> {
  const measured: (Measured & { readonly pair: FeaturePair })[] = [];
  for (const pair of pairs) {
    const { feature } = pair;
    const suited = testsOf(feature, settings) === 'auto' ? fewValuesAsCategories(pair) : pair;
    for (const test of chooseTests(suited, settings)) {
      measured.push({ pair, feature, test, result: DRIFT_TESTS[test].compare(suited, settings.policy) });
    }
    yield;
  }
  const judged = judge(measured, settings);
  return measured.map((each, i) => {
    return { ...each, judged: judged[i] as Judged, details: DRIFT_TESTS[each.test].wire(each.result) };
  });
}

/** A tool's numbers with its own verdicts. */
function* copyInSteps(
  pairs: readonly FeaturePair[],
  preset: PresetName,
  { alpha, floors }: CompareSettings,
): Steps<Found[]> {
  const found: Found[] = [];
  for (const pair of pairs) {
    const findings = pair.type === 'identifier' ? [] : PRESETS[preset].compare(pair, { alpha, psi: floors?.psi });
    for (const { test, result, isDrift, threshold, details } of findings) {
      const verdict = isDrift ? 'fail' : result.statistic === null ? 'inconclusive' : 'ok';
      const judged: Judged = { verdict, pAdjusted: null, floor: threshold, reason: result.reason ?? null };
      found.push({
        pair,
        feature: pair.feature,
        test,
        result,
        judged,
        details: { value: result.statistic, ...details },
      });
    }
    yield;
  }
  return found;
}

function toCheck({ pair, test, result, judged, details }: Found, name: string, movements: Movements): DriftCheck {
  const isQuality = QUALITY_TESTS.has(test);
  const movement = judged.verdict !== 'fail' || isQuality ? STILL : movementOf(pair, movements);
  const hasOwnDirection = judged.verdict === 'fail' && result.direction !== undefined;
  return {
    name,
    kind: 'drift',
    subject: pair.feature,
    method: test,
    verdict: judged.verdict,
    statistic: result.statistic,
    effect: result.effect,
    floor: judged.floor,
    resolution: result.resolution,
    pValue: result.pValue,
    pAdjusted: judged.pAdjusted,
    law: result.method,
    nReference: result.nReference,
    nCurrent: result.nCurrent,
    at: result.at ?? movement.at,
    direction: hasOwnDirection ? (result.direction ?? null) : movement.direction,
    shift: movement.shift,
    strength: strengthOf(result.effect, judged.floor),
    isEvident: false,
    reason: judged.reason,
    details,
  };
}
