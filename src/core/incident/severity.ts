/** From least to most urgent. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Positive when `a` is the more urgent one. */
export function compareSeverity(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}

export function worstSeverity(severities: readonly Severity[]): Severity | undefined {
  return [...severities].sort(compareSeverity).at(-1);
}
