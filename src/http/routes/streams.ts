import { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { listStreams, type StreamEntry } from '../../store/streams.ts';
import type { HttpApp, RouteDeps } from '../deps.ts';
import { next, pageQuery } from '../page.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

const stream = z.looseObject({
  id: z.int(),
  service: z.string(),
  endpoint: z.string(),
  created_at: z.string(),
  last_event: z.string().nullable().describe('The time of its newest stored event'),
  features: z.int().describe('How many features its events have shown'),
  active_baseline: z.looseObject({ id: z.int(), name: z.string(), created_at: z.string() }).nullable(),
});

export function streamRoutes(app: HttpApp, { db }: RouteDeps): void {
  const schema = {
    tags: ['streams'],
    summary: 'What is watched: each (service, endpoint) that sent events',
    querystring: z.object(pageQuery(DEFAULT_LIMIT, MAX_LIMIT)),
    response: { 200: z.object({ streams: z.array(stream), next }) },
  };
  app.get('/v1/streams', { schema }, async (request) => {
    const { limit = DEFAULT_LIMIT, cursor } = request.query;
    const page = await listStreams(db, { limit, after: cursor });
    return { streams: page.streams.map(describeStream), next: page.next };
  });
}

function describeStream({ createdAtMs, lastEventMs, activeBaseline: active, ...stream }: StreamEntry) {
  return {
    ...stream,
    created_at: isoTime(createdAtMs),
    last_event: isoTimeOrNull(lastEventMs),
    active_baseline: active && { id: active.id, name: active.name, created_at: isoTime(active.createdAtMs) },
  };
}
