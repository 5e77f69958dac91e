/** From how many drifting features the whole drifts: one; more than half of those compared; or at least a share of them. */
export const AGGREGATE_RULES = ['any', 'majority', 'share'] as const;
export type AggregateRule = (typeof AGGREGATE_RULES)[number];
