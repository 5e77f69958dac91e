import type { Finding, Verdict } from './finding.ts';
import type { Aggregate } from './settings.ts';

/** Evidently's share of drifting columns from which a whole data set drifts. */
const DEFAULT_SHARE = 0.5;

/** What the findings of one comparison come to. */
export interface Summary {
  readonly verdict: Verdict;
  /** Features with a finding that drifts, in the order of the findings. */
  readonly drifted: string[];
  /** Features with a finding that could say. */
  readonly compared: number;
}

/**
 * One verdict over all features: drift when as many of them drift as the rule asks for; inconclusive when no test could say.
 *
 * @param rule - `any` by default
 */
export function aggregateFindings(findings: readonly Finding[], rule: Aggregate = { rule: 'any' }): Summary {
  const drifted = new Set<string>();
  const compared = new Set<string>();
  for (const { feature, verdict } of findings) {
    if (verdict === 'drift') drifted.add(feature);
    if (verdict !== 'inconclusive') compared.add(feature);
  }
  const enough = enoughOf(compared.size, rule);
  const verdict = compared.size === 0 ? 'inconclusive' : drifted.size >= enough ? 'drift' : 'no_drift';
  return { verdict, drifted: [...drifted], compared: compared.size };
}

function enoughOf(features: number, { rule, share = DEFAULT_SHARE }: Aggregate): number {
  if (rule === 'any') return 1;
  return rule === 'majority' ? Math.floor(features / 2) + 1 : Math.max(1, share * features);
}
