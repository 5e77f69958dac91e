import type { FeatureSummary } from '../../core/drift/feature-summary.ts';
import { inferFeatureType } from '../../core/profile/feature-type.ts';
import { standardDeviation } from '../../core/profile/moments.ts';
import { type FeatureProfile, missingOf, type Profile } from '../../core/profile/profile.ts';

const MAX_TOP = 10;

export function describeFeatures(profile: Profile): FeatureSummary[] {
  return [...profile.features]
    .map(([path, feature]) => describe(profile, path, feature))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function describe(profile: Profile, path: string, feature: FeatureProfile): FeatureSummary {
  const inferred = inferFeatureType(path, feature);
  const missing = missingOf(profile, path);
  const reason = inferred.type === 'identifier' ? { reason: inferred.reason } : {};
  const { numeric, categories } = feature;
  if (numeric !== undefined && numeric.moments.n >= (categories?.n ?? 0)) {
    const { n, mean, min, max } = numeric.moments;
    // Without values there is no mean, and the extremes are infinite.
    const moments = n > 0 ? { mean, min, max } : {};
    const std = n > 1 ? { std: standardDeviation(numeric.moments) } : {};
    return { path, kind: inferred.type, n, missing, ...moments, ...std, ...reason };
  }
  const counts = [...(categories?.counts ?? [])].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const top =
    inferred.type === 'identifier' ? {} : { top: counts.slice(0, MAX_TOP).map(([value, n]) => ({ value, n })) };
  return {
    path,
    kind: inferred.type,
    n: categories?.n ?? 0,
    missing,
    categories: categories?.cardinality() ?? 0,
    ...top,
    ...reason,
  };
}
