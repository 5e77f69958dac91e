import { inferFeatureType } from '../profile/feature-type.ts';
import { type FeatureProfile, missingOf, type Profile } from '../profile/profile.ts';
import { runSteps, type Steps } from '../steps.ts';
import { fewValuesAsCategories } from './bins/few-values.ts';
import type { FeaturePair } from './drift-test.ts';
import type { Finding } from './finding.ts';
import { judge, type Unjudged } from './judge.ts';
import { PRESETS, type PresetName } from './presets/table.ts';
import type { CompareSettings } from './settings.ts';
import { chooseTests, DRIFT_TESTS, testsOf } from './test-table.ts';

/** A feature of the reference that has no distribution to compare, with the reason; numbers are of the current window. */
interface NotTested {
  readonly feature: string;
  readonly reason: string;
  readonly cardinality: number;
  readonly missingShare: number;
}

export interface Comparison {
  /** By feature path, then in the order of the table. */
  readonly findings: Finding[];
  readonly notTested: NotTested[];
  /** Features of the current window that the reference does not have. */
  readonly added: string[];
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
  const results: Unjudged[] = [];
  const ofTool: Finding[] = [];
  const notTested: NotTested[] = [];
  for (const feature of [...reference.features.keys()].sort()) {
    const mine = reference.features.get(feature) ?? {};
    const inferred = inferFeatureType(feature, mine);
    const whole = pairOf(feature, inferred.type, reference, current);
    const pair = testsOf(feature, settings) === 'auto' ? fewValuesAsCategories(whole) : whole;
    if (inferred.type === 'identifier') notTested.push(notTestedOf(pair, inferred.reason));
    if (settings.preset !== undefined) ofTool.push(...presetFindings(whole, settings.preset, settings));
    else results.push(...runTests(pair, settings));
    yield;
  }
  const added = [...current.features.keys()].filter((feature) => !reference.features.has(feature)).sort();
  return { findings: [...ofTool, ...judge(results, settings)], notTested, added };
}

function runTests(pair: FeaturePair, settings: CompareSettings): Unjudged[] {
  return chooseTests(pair, settings).map((test) => {
    return { feature: pair.feature, test, result: DRIFT_TESTS[test].compare(pair, settings.policy) };
  });
}

/** A tool's numbers with its own verdicts. */
function presetFindings(pair: FeaturePair, preset: PresetName, { alpha, floors }: CompareSettings): Finding[] {
  if (pair.type === 'identifier') return [];
  return PRESETS[preset].compare(pair, { alpha, psi: floors?.psi }).map(({ test, result, isDrift, threshold }) => {
    const verdict = result.statistic === null && !isDrift ? 'inconclusive' : isDrift ? 'drift' : 'no_drift';
    return { ...result, feature: pair.feature, test, verdict, pAdjusted: null, floor: threshold };
  });
}

function pairOf(feature: string, type: FeaturePair['type'], reference: Profile, current: Profile): FeaturePair {
  return {
    feature,
    type,
    reference: reference.features.get(feature) ?? {},
    current: current.features.get(feature) ?? {},
    referenceEvents: reference.events,
    currentEvents: current.events,
    referenceMissing: missingOf(reference, feature),
    currentMissing: missingOf(current, feature),
  };
}

function notTestedOf(pair: FeaturePair, reason: string): NotTested {
  const missingShare = pair.currentEvents === 0 ? 0 : pair.currentMissing / pair.currentEvents;
  return { feature: pair.feature, reason, cardinality: cardinalityOf(pair.current), missingShare };
}

/** Distinct names, and distinct numbers among those that the sketch kept. */
function cardinalityOf({ categories, numeric }: FeatureProfile): number {
  const values = numeric?.sketch.weighted().values ?? [];
  let distinct = categories?.cardinality() ?? 0;
  for (let i = 0; i < values.length; i++) if (i === 0 || values[i] !== values[i - 1]) distinct++;
  return distinct;
}
