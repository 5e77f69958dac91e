/** How far a volatility is from what is usual, from quiet to alarming. */
export const DRIFT_RISKS = ['low', 'medium', 'high'] as const;
export type DriftRisk = (typeof DRIFT_RISKS)[number];
