import { hash32 } from '../stats/hash.ts';
import { CategoryCounts } from './counts.ts';
import { KllSketch } from './kll.ts';
import type { FeatureIndex, Leaves } from './leaves.ts';
import { addValueInto, emptyMoments } from './moments.ts';
import type { FeatureProfile, Profile } from './profile.ts';
import { addStatusInto, type StatusCounts } from './status-counts.ts';

/** Folds events into a profile. The same events in the same order with the same seed give the same bytes. */
export class ProfileBuilder {
  readonly #index: FeatureIndex;
  readonly #seed: number;
  /** By the number of the path in the index, which may grow. */
  readonly #features: (FeatureProfile | undefined)[] = [];
  #eventCount = 0;
  readonly #statuses: StatusCounts = new Map();

  /** @param seed - from `seedOf`; each feature's path is mixed in */
  constructor(index: FeatureIndex, seed: number) {
    this.#index = index;
    this.#seed = seed;
  }

  get events(): number {
    return this.#eventCount;
  }

  /**
   * Adds one event.
   *
   * @param leaves - read with the same index
   */
  add(leaves: Leaves): void {
    const { indexes, values, status } = leaves;
    this.#eventCount++;
    if (status !== undefined) addStatusInto(this.#statuses, status);
    for (let i = 0; i < indexes.length; i++) this.#addValue(indexes[i] as number, values[i] as number | string);
  }

  /** The profile so far. It shares the builder's state: do not add afterwards. */
  build(): Profile {
    const features = new Map<string, FeatureProfile>();
    for (const [i, feature] of this.#features.entries()) {
      if (feature !== undefined) features.set(this.#index.paths[i] as string, feature);
    }
    return { events: this.#eventCount, statuses: this.#statuses, features };
  }

  #addValue(index: number, value: number | string): void {
    const feature = this.#features[index] ?? this.#startFeature(index);
    if (typeof value === 'string') {
      feature.categories ??= new CategoryCounts();
      feature.categories.add(value);
      return;
    }
    feature.numeric ??= { moments: emptyMoments(), sketch: new KllSketch({ seed: this.#seedOfFeature(index) }) };
    addValueInto(feature.numeric.moments, value);
    feature.numeric.sketch.add(value);
  }

  #startFeature(index: number): FeatureProfile {
    while (this.#features.length < index) this.#features.push(undefined);
    const feature: FeatureProfile = {};
    this.#features[index] = feature;
    return feature;
  }

  #seedOfFeature(index: number): number {
    return hash32(this.#index.paths[index] as string, this.#seed);
  }
}
