import { type InferredType, inferFeatureType } from '../profile/feature-type.ts';
import { type FeatureProfile, missingOf, type Profile } from '../profile/profile.ts';
import type { Steps } from '../steps.ts';
import type { FeaturePair } from './drift-test.ts';

/** A feature of the reference that has no distribution to compare, with the reason; numbers are of the current window. */
export interface NotTested {
  readonly feature: string;
  readonly reason: string;
  readonly cardinality: number;
  readonly missingShare: number;
}

/** The features of two profiles, side by side. */
export interface PairedFeatures {
  /** Every feature of the reference, by path. */
  readonly pairs: readonly FeaturePair[];
  readonly notTested: readonly NotTested[];
  /** Features of the current window that the reference does not have. */
  readonly added: readonly string[];
}

/** What features are, by path. */
export type KnownTypes = ReadonlyMap<string, InferredType>;

/** Puts the features of both profiles side by side. Their types are read off the reference, where they are not known. */
export function* pairInSteps(reference: Profile, current: Profile, types?: KnownTypes): Steps<PairedFeatures> {
  const pairs: FeaturePair[] = [];
  const notTested: NotTested[] = [];
  for (const feature of [...reference.features.keys()].sort()) {
    const inferred = types?.get(feature) ?? inferFeatureType(feature, reference.features.get(feature) ?? {});
    const pair = pairOf(feature, inferred.type, reference, current);
    pairs.push(pair);
    if (inferred.type === 'identifier') notTested.push(notTestedOf(pair, inferred.reason));
    yield;
  }
  const added = [...current.features.keys()].filter((feature) => !reference.features.has(feature)).sort();
  return { pairs, notTested, added };
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
