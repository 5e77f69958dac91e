/** What a window is compared with: a baseline, the window before, or the same hours of earlier weeks. */
export const REFERENCE_KINDS = ['baseline', 'previous_window', 'same_hours'] as const;
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];
