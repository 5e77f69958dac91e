import type { Finding, Verdict } from './finding.ts';
import type { Aggregate } from './settings.ts';
import type { TestName } from './test-name.ts';

/** Evidently's share of drifting columns from which a whole data set drifts. */
const DEFAULT_SHARE = 0.5;
/** They say whether values are there and of the right sort, nothing of their distribution. */
export const QUALITY_TESTS: ReadonlySet<string> = new Set<TestName>([
  'missing',
  'unseen',
  'out_of_range',
  'type_mismatch',
]);

/** What the findings of one comparison come to. */
export interface Summary {
  readonly verdict: Verdict;
  /** By feature, in the order of the findings. */
  readonly features: ReadonlyMap<string, Verdict>;
  readonly drifted: readonly string[];
}

/**
 * One verdict for each feature, and one over all of them.
 *
 * A feature drifts when any finding does; it is inconclusive when no test of its distribution could say. The whole drifts when as
 * many features do as the rule asks for, and is inconclusive when every feature is.
 *
 * @param rule - `any` by default
 */
export function aggregateFindings(findings: readonly Finding[], rule: Aggregate = { rule: 'any' }): Summary {
  const features = new Map<string, Verdict>();
  for (const { feature, test, verdict } of findings) {
    const known = features.get(feature) ?? 'inconclusive';
    const isNews = verdict === 'drift' || (verdict === 'no_drift' && known !== 'drift' && !QUALITY_TESTS.has(test));
    features.set(feature, isNews ? verdict : known);
  }
  const drifted = [...features].filter(([, verdict]) => verdict === 'drift').map(([feature]) => feature);
  const compared = [...features.values()].filter((verdict) => verdict !== 'inconclusive').length;
  const isDrift = drifted.length > 0 && drifted.length >= enoughOf(compared, rule);
  return { verdict: isDrift ? 'drift' : compared === 0 ? 'inconclusive' : 'no_drift', features, drifted };
}

function enoughOf(features: number, { rule, share = DEFAULT_SHARE }: Aggregate): number {
  if (rule === 'any') return 1;
  return rule === 'majority' ? Math.floor(features / 2) + 1 : share * features;
}
