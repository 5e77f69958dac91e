import { ELEMENT, elementPath, joinPath, type PathStep, parsePath } from './path.ts';
import { DURATION_PATH } from './profile.ts';
import type { FeatureRules } from './rules.ts';

/** Limits of one event. */
export interface LeafLimits {
  /** Levels of nested objects and arrays; the event itself is 1. */
  readonly maxDepth: number;
  /** Values of one event: scalars, including null and those that are not features, and the objects and arrays in it. */
  readonly maxLeaves: number;
  /** Paths in the index; the values of further ones are ignored. */
  readonly maxFeatures: number;
}

/** The features of one event: `values[i]` is at `index.paths[indexes[i]]`. Events of the same shape share `indexes`: read only. */
export interface Leaves {
  readonly indexes: number[];
  readonly values: (number | string)[];
  /** `response.status`, if it is an integer. */
  readonly status: number | undefined;
  /** Paths whose values were left out, because the index was full. */
  readonly ignored: readonly string[];
}

/** Why an event is refused. */
export type LeafProblem = 'too_deep' | 'too_many_leaves' | 'not_finite';

/** Keys that identify the event: they, and everything below them, are not features. */
const NOT_FEATURES = ['ts', 'service', 'endpoint', 'id', 'host'];
/** A longer path is not a feature, because it could not be a key in the store. */
const MAX_PATH_LENGTH = 512;
/** This many paths that are not features are remembered; for others the rules are evaluated every time. */
const MAX_REMEMBERED_SKIPS = 10_000;

const UNKNOWN = -2;
const SKIPPED = -1;
/** It would be a feature, but the index is full. */
const IGNORED = -3;

const NONE_IGNORED: readonly string[] = [];

/** A node of the trie of paths. It is added only after an accepted event had a scalar there or below. */
class PathNode {
  readonly path: string;
  /** Index of the path, SKIPPED, IGNORED, or UNKNOWN. */
  feature = UNKNOWN;
  isCategorical = false;
  skipsBelow = false;
  #children: Map<PathStep, PathNode> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** The node below; a new one is not yet in the trie. */
  below(step: PathStep): PathNode {
    const known = this.#children?.get(step);
    if (known !== undefined) return known;
    if (this.skipsBelow) return this;
    return new PathNode(step === ELEMENT ? elementPath(this.path) : joinPath(this.path, step));
  }

  keepBelow(step: PathStep): PathNode {
    const node = this.below(step);
    this.#children ??= new Map();
    this.#children.set(step, node);
    return node;
  }
}

/** What a path is: feature number, SKIPPED or IGNORED. */
interface NewPath {
  readonly feature: number;
  readonly isCategorical: boolean;
}

/** The paths of one stream, numbered in order of appearance. Only accepted events add to it. */
export class FeatureIndex {
  /** The event itself. */
  readonly root = new PathNode('');
  readonly walk = new Walk(this);
  readonly #rules: FeatureRules;
  readonly #known: string[] = [];
  #taken = 0;
  #skips = 0;

  /**
   * @param knownPaths - paths seen before; those that the rules no longer accept are omitted
   * @throws RangeError when one is not a path
   */
  constructor(rules: FeatureRules, knownPaths: Iterable<string> = []) {
    this.#rules = rules;
    for (const key of NOT_FEATURES) {
      const node = this.root.keepBelow(key);
      node.feature = SKIPPED;
      node.skipsBelow = true;
    }
    for (const path of knownPaths) this.keep(path, this.classify(path, this.#known.length));
    this.#taken = this.#known.length;
  }

  /** The path of each number. */
  get paths(): readonly string[] {
    return this.#known;
  }

  /** Paths first seen since the last call. */
  takeNew(): string[] {
    const added = this.#known.slice(this.#taken);
    this.#taken = this.#known.length;
    return added;
  }

  /** The number (`feature` or SKIPPED) and type that a new path would get. */
  classify(path: string, feature: number): NewPath {
    const accepted = path.length <= MAX_PATH_LENGTH && (path === DURATION_PATH || this.#rules.accepts(path));
    return accepted
      ? { feature, isCategorical: this.#isCategorical(path) }
      : { feature: SKIPPED, isCategorical: false };
  }

  /** Adds a path of an accepted event. */
  keep(path: string, { feature, isCategorical }: NewPath): void {
    const isFeature = feature >= 0;
    if (!isFeature && (path.length > MAX_PATH_LENGTH || ++this.#skips > MAX_REMEMBERED_SKIPS)) return;
    const steps = parsePath(path);
    if (steps === undefined) throw new RangeError(`FeatureIndex: '${path}' is not a path`);
    const node = steps.reduce((above, step) => above.keepBelow(step), this.root);
    node.feature = feature;
    node.isCategorical = isCategorical;
    if (isFeature) this.#known.push(path);
  }

  #isCategorical(path: string): boolean {
    return path !== DURATION_PATH && this.#rules.isCategorical(path);
  }
}

/**
 * Reads the features of one event.
 *
 * @param event - as JSON.parse returns it
 * @param index - gets the event's new paths if, and only if, the event is accepted
 * @returns the leaves, or why the event is refused
 * @example readLeaves({ a: 5 }, new FeatureIndex(ALL_FEATURES), { maxDepth: 9, maxLeaves: 9, maxFeatures: 9 }).values // [5]
 */
export function readLeaves(event: object, index: FeatureIndex, limits: LeafLimits): Leaves | LeafProblem {
  return index.walk.read(event, limits);
}

function statusOf(event: { response?: unknown }): number | undefined {
  const response = event.response as { status?: unknown } | null | undefined;
  const status = response?.status;
  return Number.isInteger(status) ? (status as number) : undefined;
}

/** A walk over one event, reused for the next one of the stream. Private methods return false once the event is refused. */
class Walk {
  readonly #index: FeatureIndex;
  #limits: LeafLimits = { maxDepth: 0, maxLeaves: 0, maxFeatures: 0 };
  /** The first `taken` entries belong to this event. */
  readonly #indexes: number[] = [];
  readonly #values: (number | string)[] = [];
  #taken = 0;
  #leafCount = 0;
  #newPaths: Map<string, NewPath> | undefined;
  #newFeatures = 0;
  #ignored: Set<string> | undefined;
  #problem: LeafProblem = 'too_deep';
  #lastIndexes: number[] = [];

  constructor(index: FeatureIndex) {
    this.#index = index;
  }

  read(event: object, limits: LeafLimits): Leaves | LeafProblem {
    this.#limits = limits;
    this.#taken = 0;
    this.#leafCount = 0;
    this.#newPaths = undefined;
    this.#newFeatures = 0;
    this.#ignored = undefined;
    if (!this.#enter(this.#index.root, event, 1)) return this.#problem;
    if (this.#newPaths !== undefined) this.#commit(this.#newPaths);
    return {
      indexes: this.#sharedIndexes(),
      values: this.#values.slice(0, this.#taken),
      status: statusOf(event),
      ignored: this.#ignored === undefined ? NONE_IGNORED : [...this.#ignored],
    };
  }

  /** Most events of a stream have the same shape: they share one array of numbers, which saves memory until the flush. */
  #sharedIndexes(): number[] {
    const [indexes, lastIndexes, taken] = [this.#indexes, this.#lastIndexes, this.#taken];
    let same = taken === lastIndexes.length;
    for (let i = 0; same && i < taken; i++) same = indexes[i] === lastIndexes[i];
    if (!same) this.#lastIndexes = indexes.slice(0, taken);
    return this.#lastIndexes;
  }

  #commit(newPaths: Map<string, NewPath>): void {
    for (const [path, found] of newPaths) this.#index.keep(path, found);
  }

  #enter(node: PathNode, container: object, depth: number): boolean {
    if (depth > this.#limits.maxDepth) return this.#refuse('too_deep');
    if (Array.isArray(container)) {
      for (const value of container) if (!this.#visit(node, ELEMENT, value, depth)) return false;
      return true;
    }
    const object = container as Record<string, unknown>;
    for (const key in object) if (!this.#visit(node, key, object[key], depth)) return false;
    return true;
  }

  #visit(above: PathNode, step: PathStep, value: unknown, depth: number): boolean {
    if (++this.#leafCount > this.#limits.maxLeaves) return this.#refuse('too_many_leaves');
    if (typeof value === 'object' && value !== null) return this.#enter(above.below(step), value, depth + 1);
    if (value === null || value === undefined) return true;
    return this.#take(above.below(step), value as number | string | boolean);
  }

  #take(node: PathNode, value: number | string | boolean): boolean {
    const isNumber = typeof value === 'number';
    if (isNumber && value - value !== 0) return this.#refuse('not_finite');
    const found = node.feature === UNKNOWN ? this.#discover(node.path) : node;
    if (found.feature === SKIPPED) return true;
    if (found.feature === IGNORED) return this.#ignore(node.path);
    this.#indexes[this.#taken] = found.feature;
    this.#values[this.#taken++] = isNumber && !found.isCategorical ? value : String(value);
    return true;
  }

  #ignore(path: string): true {
    this.#ignored ??= new Set();
    this.#ignored.add(path);
    return true;
  }

  #discover(path: string): NewPath {
    const known = this.#newPaths?.get(path);
    if (known !== undefined) return known;
    const next = this.#index.paths.length + this.#newFeatures;
    const classified = this.#index.classify(path, next);
    const isFull = classified.feature !== SKIPPED && next >= this.#limits.maxFeatures;
    const found = isFull ? { feature: IGNORED, isCategorical: false } : classified;
    if (found.feature >= 0) this.#newFeatures++;
    this.#newPaths ??= new Map();
    this.#newPaths.set(path, found);
    return found;
  }

  #refuse(problem: LeafProblem): false {
    this.#problem = problem;
    return false;
  }
}
