/** Where signals are fetched from: a file of records, or the upstream itself. */
export const UPSTREAM_MODES = ['mock', 'live'] as const;
export type UpstreamMode = (typeof UPSTREAM_MODES)[number];

/** What a question about signals may name; `darshan` is whatever is fetched here. */
export const SIGNAL_SOURCES = [...UPSTREAM_MODES, 'darshan'] as const;
export type SignalSource = (typeof SIGNAL_SOURCES)[number];
