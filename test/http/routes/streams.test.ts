import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { NOW, type Service } from '../service.ts';
import { build, eventsOf, newStream, type Stream, send, withStreams } from './streams.ts';

const { open, openStream } = withStreams();

describe('GET /v1/streams', () => {
  it('lists each stream, its features, last event and active baseline', async () => {
    const { app, stream } = await openStream();
    const { id, name } = (await build(app, stream)).json();
    const listed = (await app.inject('/v1/streams?limit=1000')).json().streams;
    expect(listed.find(({ service }: Stream) => service === stream.service)).toMatchObject({
      ...stream,
      last_event: new Date(NOW - 1_500).toISOString(),
      features: 4,
      active_baseline: { id, name },
    });
  });

  it('comes in pages', async () => {
    const { app } = open();
    for (const stream of [newStream(), newStream()]) await send(app, eventsOf(stream, 1, NOW, 100));
    const first = (await app.inject('/v1/streams?limit=1')).json();
    const second = (await app.inject(`/v1/streams?limit=1&cursor=${first.next}`)).json();
    expect(second.streams[0].id).toBeGreaterThan(first.streams[0].id);
    expect(first.streams[0].active_baseline === null || first.streams[0].active_baseline.id > 0).toBe(true);
  });
});

describe('GET /v1/features', () => {
  const features = async (app: Service['app'], stream: Stream, more = {}) => {
    const answer = await app.inject({ url: '/v1/features', query: { ...stream, ...more } });
    return { status: answer.statusCode, body: answer.json() };
  };

  it('says of each feature its kind, how many events have it, and whether the baseline has it', async () => {
    const { app, stream } = await openStream();
    const { id, name } = (await build(app, stream)).json();
    const fresh = eventsOf(stream, 100, NOW, 100).map((event) => ({ ...event, coupon: 'SPRING' }));
    await send(app, fresh);
    const { body } = await features(app, stream, { window: '1h' });
    expect(body).toMatchObject({ ...stream, samples: 500, baseline: { id, name } });
    const base = { kind: 'categorical', share: 1, profiled: true, in_baseline: true };
    expect(body.features).toEqual([
      { ...base, path: 'coupon', share: 0.2, in_baseline: false },
      { ...base, path: 'request.body.amount', kind: 'numeric' },
      { ...base, path: 'request.body.currency' },
      { ...base, path: 'response.duration_ms', kind: 'numeric' },
      { ...base, path: 'response.status' },
    ]);
  });

  it('has the kinds of the baseline where the window has no events, and the share of none', async () => {
    const { app, stream } = await openStream();
    const before = (await features(app, stream)).body;
    expect(before).toMatchObject({ baseline: null, features: [{ in_baseline: null }, {}, {}, {}] });
    await build(app, stream);
    const [start, end] = [NOW - 90 * MINUTE_MS, NOW - 60 * MINUTE_MS].map((ms) => new Date(ms).toISOString());
    const { body } = await features(app, stream, { start, end });
    expect(body).toMatchObject({ samples: 0 });
    expect(body.features[0]).toEqual({
      path: 'request.body.amount',
      kind: 'numeric',
      share: null,
      profiled: true,
      in_baseline: true,
    });
  });

  it('shows paths that are not profiled', async () => {
    const { app } = open({ MAX_FEATURES: '4' });
    const stream = newStream();
    await send(app, eventsOf(stream, 10, NOW, 100));
    await send(
      app,
      eventsOf(stream, 10, NOW, 100).map((event) => ({ ...event, late: 1 })),
    );
    const { body } = await features(app, stream);
    expect(body.features).toHaveLength(5);
    expect(body.features[0]).toEqual({ path: 'late', kind: null, share: null, profiled: false, in_baseline: null });
  });

  it('refuses a stream that does not exist, and a window given twice', async () => {
    const { app, stream } = await openStream();
    expect(await features(app, newStream())).toMatchObject({ status: 404, body: { code: 'stream_not_found' } });
    const twice = { window: '1h', start: new Date(NOW - MINUTE_MS).toISOString() };
    expect(await features(app, stream, twice)).toMatchObject({ status: 400, body: { code: 'invalid_window' } });
  });
});
