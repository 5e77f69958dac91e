import { streamPage, streamQuery } from '../../api/streams.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { listStreams, type StreamEntry } from '../../store/streams.ts';
import type { HttpApp, HttpContext } from '../context.ts';

export function streamRoutes(app: HttpApp, { db }: Pick<HttpContext, 'db'>): void {
  const schema = {
    tags: ['streams'],
    summary: 'What is watched: each (service, endpoint) that sent events',
    querystring: streamQuery,
    response: { 200: streamPage },
  };
  app.get('/v1/streams', { schema }, async (request) => {
    const { limit, cursor: after } = request.query;
    const page = await listStreams(db, { limit, after });
    return { streams: page.streams.map(describeStream), next: page.next };
  });
}

function describeStream({ createdAtMs, lastEventMs, ignoredFeatures, activeBaseline: active, ...stream }: StreamEntry) {
  return {
    ...stream,
    ignored_features: ignoredFeatures,
    created_at: isoTime(createdAtMs),
    last_event: isoTimeOrNull(lastEventMs),
    active_baseline: active && { id: active.id, name: active.name, created_at: isoTime(active.createdAtMs) },
  };
}
