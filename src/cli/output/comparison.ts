import { count } from '../../core/format/amounts.ts';
import type { DetectDriftBody, FeatureBody, FindingBody } from '../../services/datasets/detect-drift.ts';

const VERDICT_ORDER = { drift: 0, inconclusive: 1, no_drift: 2 } as const;

/** The columns of a comparison: drifting ones first, then inconclusive ones. */
export function sortedFeatures({ feature_details: details }: DetectDriftBody): [string, FeatureBody][] {
  return Object.entries(details).sort(([, a], [, b]) => VERDICT_ORDER[a.verdict] - VERDICT_ORDER[b.verdict]);
}

export function describeRows({ rows, feature_details: details }: DetectDriftBody): string {
  const columns = Object.keys(details).length;
  return `${count(rows.reference)} reference rows, ${count(rows.production)} production rows, ${columns} columns`;
}

export function describePolicy({ preset, policy }: DetectDriftBody): string {
  return preset === undefined ? `policy ${policy}` : `preset ${preset}`;
}

/** Another tool has no floor for an effect; its threshold is for p or for the statistic. */
export function floorTitle({ preset }: DetectDriftBody): string {
  return preset === undefined ? 'floor' : 'threshold';
}

export function columnNotes({ added_columns: added, missing_columns: missing }: DetectDriftBody): string[] {
  return [
    ...(added.length > 0 ? [`only in production: ${added.join(', ')}`] : []),
    ...(missing.length > 0 ? [`missing in production: ${missing.join(', ')}`] : []),
  ];
}

/** Columns that no verdict speaks of: without a test, inconclusive, or only in production. */
export function untestedColumns(body: DetectDriftBody): string[] {
  return [...body.not_tested.map(({ feature }) => feature), ...body.inconclusive_columns, ...body.added_columns];
}

/** What a reader should see in the summary: `no_drift` only where everything was tested. */
export function toneOf(body: DetectDriftBody): DetectDriftBody['verdict'] {
  return body.verdict === 'no_drift' && untestedColumns(body).length > 0 ? 'inconclusive' : body.verdict;
}

/** The columns that were not tested, one line for each reason. */
export function untestedNotes({ not_tested: notTested }: DetectDriftBody): string[] {
  const byReason = new Map<string, string[]>();
  for (const { feature, reason } of notTested) byReason.set(reason, [...(byReason.get(reason) ?? []), feature]);
  return [...byReason].map(([reason, features]) => `not tested: ${features.join(', ')}: ${reason}`);
}

/** The test of a finding, with the part of the dates that it compares. */
export function testName({ test, part }: FindingBody): string {
  return part === undefined ? test : `${test} of ${part}`;
}
