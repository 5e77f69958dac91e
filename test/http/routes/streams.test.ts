import { describe, expect, it } from 'vitest';
import { NOW } from '../service.ts';
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
