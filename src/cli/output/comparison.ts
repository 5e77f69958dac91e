import { count } from '../../core/format/amounts.ts';
import type { DetectDriftBody, FeatureBody } from '../../services/datasets/detect-drift.ts';

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
