/** How long a stored profile can cover, in seconds. */
export const SPANS = { minute: 60, hour: 3_600, day: 86_400 } as const;
export type Span = (typeof SPANS)[keyof typeof SPANS];
