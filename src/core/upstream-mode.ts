/** Where signals are fetched from: a file of records, or the upstream itself. */
export const UPSTREAM_MODES = ['mock', 'live'] as const;
export type UpstreamMode = (typeof UPSTREAM_MODES)[number];

/** The name that answers have for `live`: the one of the Coherence Engine. */
export const LIVE_SOURCE = 'darshan_api';

/** What a question about signals may name; `darshan` is whatever is fetched here. */
export const SIGNAL_SOURCES = [...UPSTREAM_MODES, LIVE_SOURCE, 'darshan'] as const;
export type SignalSource = (typeof SIGNAL_SOURCES)[number];
