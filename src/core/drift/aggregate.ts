import type { CheckVerdict, DriftCheck } from './check.ts';
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

/** What the drift checks of one comparison come to. */
export interface Summary {
  readonly verdict: CheckVerdict;
  /** By feature, in the order of the checks. */
  readonly features: ReadonlyMap<string, CheckVerdict>;
  readonly drifted: readonly string[];
}

/**
 * One verdict for each feature, and one over all of them.
 *
 * A feature fails when any of its checks does; it is inconclusive when no test of its distribution could say. The whole fails when as
 * many features do as the rule asks for, and is inconclusive when every feature is.
 *
 * @param rule - `any` by default
 */
export function aggregateChecks(
  checks: readonly Pick<DriftCheck, 'subject' | 'method' | 'verdict'>[],
  rule: Aggregate = { rule: 'any' },
): Summary {
  const features = new Map<string, CheckVerdict>();
  for (const { subject, method, verdict } of checks) {
    const known = features.get(subject) ?? 'inconclusive';
    const isNews = verdict === 'fail' || (verdict === 'ok' && known !== 'fail' && !QUALITY_TESTS.has(method));
    features.set(subject, isNews ? verdict : known);
  }
  const drifted = [...features].filter(([, verdict]) => verdict === 'fail').map(([feature]) => feature);
  const compared = [...features.values()].filter((verdict) => verdict !== 'inconclusive').length;
  const isDrift = drifted.length > 0 && drifted.length >= enoughOf(compared, rule);
  return { verdict: isDrift ? 'fail' : compared === 0 ? 'inconclusive' : 'ok', features, drifted };
}

function enoughOf(features: number, { rule, share = DEFAULT_SHARE }: Aggregate): number {
  if (rule === 'any') return 1;
  return rule === 'majority' ? Math.floor(features / 2) + 1 : share * features;
}

/** The checks that say whether a distribution is as it was; all of them where there is no such check. */
export function distributionChecks<C extends { readonly method: string }>(checks: readonly C[]): readonly C[] {
  const distribution = checks.filter(({ method }) => !QUALITY_TESTS.has(method));
  return distribution.length > 0 ? distribution : checks;
}
