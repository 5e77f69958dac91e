import { ELEMENT, parsePath } from './path.ts';

/** Which leaves of an event are features, and which numeric ones are categorical. */
export interface FeatureRules {
  accepts(path: string): boolean;
  isCategorical(path: string): boolean;
}

/**
 * Compiles path patterns: `*` is any one key, `**` any number of keys, also none; the `[]` of arrays may be omitted.
 *
 * @param p.allow - a feature must match one of these
 * @param p.deny - a feature must match none of these
 * @param p.categorical - numbers here are categories (`200` is the category '200')
 * @throws RangeError for a pattern that is not a path
 * @example featureRules({ allow: ['**'], deny: ['**.password'], categorical: [] }).accepts('a.password') // false
 */
export function featureRules(p: {
  allow: readonly string[];
  deny: readonly string[];
  categorical: readonly string[];
}): FeatureRules {
  const [allow, deny, categorical] = [p.allow.map(keysOf), p.deny.map(keysOf), p.categorical.map(keysOf)];
  return {
    accepts: (path) => matchesAny(allow, path) && !matchesAny(deny, path),
    isCategorical: (path) => matchesAny(categorical, path),
  };
}

/** Every leaf is a feature; `response.status` is categorical. */
export const ALL_FEATURES: FeatureRules = featureRules({ allow: ['**'], deny: [], categorical: ['response.status'] });

function keysOf(text: string): string[] {
  const steps = parsePath(text);
  if (steps === undefined || steps.length === 0) throw new RangeError(`featureRules: '${text}' is not a path pattern`);
  return steps.filter((step) => step !== ELEMENT);
}

function matchesAny(patterns: readonly string[][], path: string): boolean {
  if (patterns.length === 0) return false;
  const keys = keysOf(path);
  return patterns.some((pattern) => matches(pattern, keys, 0, 0));
}

function matches(pattern: readonly string[], keys: readonly string[], p: number, k: number): boolean {
  if (p === pattern.length) return k === keys.length;
  if (pattern[p] === '**')
    return matches(pattern, keys, p + 1, k) || (k < keys.length && matches(pattern, keys, p, k + 1));
  return k < keys.length && (pattern[p] === '*' || pattern[p] === keys[k]) && matches(pattern, keys, p + 1, k + 1);
}
