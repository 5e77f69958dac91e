import { ERRORS, type ErrorCode } from '../../core/errors.ts';
import { accessOf, storesNothing } from '../auth.ts';
import { refusesUnknownQuery } from '../problem/unknown-query.ts';

/** What an operation refuses for its own reasons, by its method and the path that its route has. */
const OWN: Readonly<Record<string, readonly ErrorCode[]>> = {
  'GET /readyz': ['database_unavailable', 'not_ready', 'outdated', 'shutting_down'],
  'POST /v1/ingest': ['invalid_batch', 'idempotency_in_flight', 'idempotency_mismatch'],
  'GET /v1/events': ['invalid_window', 'stream_not_found', 'not_acceptable'],
  'GET /v1/features': ['invalid_window', 'stream_not_found', 'baseline_not_found'],
  'GET /reports/latest': ['invalid_window', 'ambiguous_stream', 'stream_not_found', 'baseline_not_found', 'no_events'],
  'GET /v1/reports': ['invalid_window'],
  'GET /v1/baselines': ['stream_not_found'],
  'POST /detect-drift': ['invalid_dataset'],
  'POST /v1/rebuild': ['invalid_window', 'stream_not_found'],
  'POST /v1/baselines': [
    'invalid_window',
    'invalid_baseline',
    'stream_not_found',
    'conflict',
    'no_events',
    'too_few_events',
  ],
  'POST /v1/baselines/import': ['invalid_baseline', 'conflict'],
  'POST /v1/monitors': ['invalid_monitor', 'conflict'],
  'POST /v1/monitors/apply': ['invalid_monitor'],
  'DELETE /v1/monitors/:monitor': ['conflict'],
  'PUT /v1/monitors/:monitor': ['invalid_monitor', 'conflict'],
  'GET /v1/incidents': ['invalid_window'],
  'POST /v1/incidents/:id/silence': ['invalid_window'],
  'POST /v1/channels/:channel/test': ['channel_failed'],
  'GET /coherence/metrics': ['invalid_window', 'no_values'],
  'GET /coherence/predict': ['invalid_window', 'no_values'],
  'GET /coherence/history': ['not_acceptable'],
  'POST /coherence/history': ['invalid_window'],
  'GET /ingest/run': ['invalid_window', 'upstream_unavailable'],
  'POST /ingest/run': ['invalid_window', 'upstream_unavailable'],
  'DELETE /v1/keys/:id': ['conflict'],
};

export const OPERATIONS_WITH_REFUSALS = Object.keys(OWN);

/** What every operation under a path refuses. */
const UNDER_PATH: readonly (readonly [string, readonly ErrorCode[]])[] = [
  ['/v1/baselines/:', ['baseline_not_found']],
  ['/v1/monitors/:', ['monitor_not_found']],
  ['/v1/incidents/:id', ['incident_not_found']],
  ['/v1/incidents/:id/', ['conflict']],
  ['/v1/channels/:', ['channel_not_found']],
];

export interface Operation {
  readonly method: string;
  /** As the route was registered, `:name` for a parameter. */
  readonly url: string;
  readonly hasParameters: boolean;
}

/** Each refusal that an operation can answer with, by its HTTP status: what follows from its form, and its own. */
export function refusalsOf(operation: Operation): ReadonlyMap<number, readonly ErrorCode[]> {
  const { method, url } = operation;
  const own = OWN[`${method} ${url}`] ?? [];
  const underPath = UNDER_PATH.filter(([path]) => url.startsWith(path)).flatMap(([, codes]) => codes);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...refusalsByForm(operation), ...underPath, ...own])) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

function refusalsByForm({ method, url, hasParameters }: Operation): ErrorCode[] {
  const access = accessOf(method, url);
  if (access === 'public') return [];
  const codes: ErrorCode[] = ['unauthorized', 'forbidden', 'database_unavailable', 'shutting_down'];
  if (!storesNothing(access, url)) codes.push('outdated');
  const takesBody = method !== 'GET';
  if (hasParameters || takesBody || refusesUnknownQuery(url)) codes.push('invalid_request');
  if (takesBody) codes.push('invalid_json', 'request_timeout', 'too_large', 'unsupported_media_type', 'overloaded');
  if (url.includes(':')) codes.push('not_found');
  return codes;
}
