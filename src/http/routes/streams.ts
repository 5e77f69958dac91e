import { featureList, featureQuery, streamPage, streamQuery } from '../../api/streams.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { type FeatureList, listFeatures } from '../../services/baselines/list-features.ts';
import type { Database } from '../../store/database.ts';
import { listStreams, type StreamEntry } from '../../store/streams.ts';
import type { HttpApp, HttpContext } from '../context.ts';
import { intervalOf } from '../interval.ts';

const tags = ['streams'];

export function streamRoutes(app: HttpApp, { db, monitoring }: Pick<HttpContext, 'db' | 'monitoring'>): void {
  listRoute(app, db);
  featuresRoute(app, monitoring);
}

function listRoute(app: HttpApp, db: Database): void {
  const schema = {
    tags,
    operationId: 'listStreams',
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

function featuresRoute(app: HttpApp, monitoring: HttpContext['monitoring']): void {
  const schema = {
    tags,
    operationId: 'listFeatures',
    summary: 'The features of a stream, and those of its active baseline',
    querystring: featureQuery,
    response: { 200: featureList },
  };
  app.get('/v1/features', { schema }, async (request) => {
    const { service, endpoint, window: windowMs, start, end } = request.query;
    const interval = intervalOf({ start, end, length: windowMs }, monitoring.clock.now());
    const list = await listFeatures(monitoring, { service, endpoint, windowMs, interval });
    return { service, endpoint, ...describeList(list) };
  });
}

function describeList({ window, samples, baseline, features }: FeatureList) {
  return {
    window_start: isoTime(window.startMs),
    window_end: isoTime(window.endMs),
    samples,
    baseline: baseline === undefined ? null : briefBaseline(baseline),
    features: features.map(({ inBaseline, ...feature }) => ({ ...feature, in_baseline: inBaseline })),
  };
}

function briefBaseline({ id, name, createdAtMs }: NonNullable<StreamEntry['activeBaseline']>) {
  return { id, name, created_at: isoTime(createdAtMs) };
}

function describeStream({ createdAtMs, lastEventMs, ignoredFeatures, activeBaseline: active, ...stream }: StreamEntry) {
  return {
    ...stream,
    ignored_features: ignoredFeatures,
    created_at: isoTime(createdAtMs),
    last_event: isoTimeOrNull(lastEventMs),
    active_baseline: active && briefBaseline(active),
  };
}
