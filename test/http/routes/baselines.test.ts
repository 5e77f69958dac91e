import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { NOW } from '../service.ts';
import { build, eventsOf, newStream, send, withStreams } from './streams.ts';

const { open, openStream, directory } = withStreams();

describe('baselines', () => {
  it('are listed, found by id and name, activated and deleted', async () => {
    const { app, stream } = await openStream();
    const name = `week-${randomUUID()}`;
    const first = (await build(app, { ...stream, name, slo: { success_rate_min: 0.9 } })).json();
    const second = (await build(app, { ...stream, name: `${name}-2`, activate: false })).json();

    const listed = (await app.inject({ url: '/v1/baselines', query: { ...stream } })).json();
    expect(listed.baselines.map(({ id, active }: { id: number; active: boolean }) => [id, active])).toEqual([
      [second.id, false],
      [first.id, true],
    ]);
    const active = (await app.inject({ url: '/v1/baselines', query: { ...stream, active: 'true' } })).json();
    expect(active.baselines).toMatchObject([{ id: first.id, slo: { success_rate_min: 0.9 }, source: 'events' }]);

    const [byId, byName] = [await app.inject(`/v1/baselines/${first.id}`), await app.inject(`/v1/baselines/${name}`)];
    expect(byId.json()).toEqual(byName.json());
    expect(byId.json()).toMatchObject({ ...stream, name, samples: 400, active: true });
    expect(byId.json().features.map(({ path }: { path: string }) => path)).toContain('request.body.amount');

    const activated = await app.inject({ method: 'POST', url: `/v1/baselines/${second.id}/activate` });
    expect(activated.json()).toMatchObject({ id: second.id, active: true });
    expect((await app.inject(`/v1/baselines/${first.id}`)).json().active).toBe(false);

    const remove = () => app.inject({ method: 'DELETE', url: `/v1/baselines/${first.id}` });
    expect((await remove()).statusCode).toBe(204);
    expect([(await remove()).statusCode, (await remove()).json().code]).toEqual([404, 'baseline_not_found']);
  });

  it('are written to a file, and the download loads again, here under another name', async () => {
    const { app, stream } = await openStream();
    const name = `copy-${randomUUID()}`;
    const { features } = (await build(app, { ...stream, name })).json();
    expect(await readdir(directory())).toContain(`${name}.json`);
    const file = await app.inject(`/v1/baselines/${name}/download`);
    expect(file.headers['content-disposition']).toBe(`attachment; filename="${name}.json"`);
    const load = (query: Record<string, string>) =>
      app.inject({ method: 'POST', url: '/v1/baselines/import', query, payload: file.json() });
    expect((await load({})).json()).toMatchObject({ status: 409, code: 'conflict' });
    const loaded = await load({ name: `${name}-again`, activate: 'false' });
    expect(loaded.statusCode, loaded.body).toBe(201);
    expect(loaded.json()).toMatchObject({ ...stream, samples: 400, features, active: false });
  });

  it('of the Intent Drift Monitor & Guard load', async () => {
    const { app } = open();
    const stream = newStream();
    const sample = Array.from({ length: 100 }, (_, i) => 80 + (i % 41));
    const payload = {
      created_at: '2025-01-01T00:00:00',
      ...stream,
      samples: 100,
      numeric: {
        amount: { n: 100, mean: 100, std: 12, min: 80, max: 120, sample },
        latency_ms: { n: 100, p95: 900, sample },
      },
      categorical: { currency: { USD: 60, CAD: 40 }, status_buckets: { '2xx': 100 } },
      slo: { success_rate_min: 0.995, latency_p95_max: 2_000 },
    };
    const loaded = await app.inject({ method: 'POST', url: '/v1/baselines/import', payload });
    expect(loaded.statusCode, loaded.body).toBe(201);
    await send(app, eventsOf(stream, 200, NOW, 100));
    const report = (await app.inject({ url: '/reports/latest', query: { ...stream } })).json();
    expect(Object.keys(report.checks)).toEqual(
      expect.arrayContaining(['amount_ks', 'currency_psi', 'success_rate', 'latency_p95']),
    );
  });

  it.each([
    [{ window: '30 fortnights' }, 400, 'invalid_window', 'use 30m, 1h'],
    [{ window: 0 }, 400, 'invalid_window', 'use 30m, 1h'],
    [{ window: 1.5 }, 400, 'invalid_window', 'use 30m, 1h'],
    [{ window: null }, 400, 'invalid_request', 'window'],
    [{ window: '30m', start: '2026-01-01T00:00:00Z' }, 400, 'invalid_window', 'not both'],
    [{ end: '2026-01-01T00:00:00Z' }, 400, 'invalid_window', 'start'],
    [{ start: '2026-01-01T00:00:00' }, 400, 'invalid_window', 'zone'],
    [{ start: '2030-01-01T00:00:00Z' }, 400, 'invalid_window', 'before end'],
    [{ start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' }, 422, 'no_events', 'has no events'],
    [{ name: '../../etc/passwd' }, 400, 'invalid_baseline', 'not a valid baseline name'],
    [{ name: 'x'.repeat(129) }, 400, 'invalid_request', 'longer than 128'],
    [{ slo: { success_rate_min: 99.5 } }, 400, 'invalid_request', 'slo.success_rate_min'],
    [{ slo: { latency_p95_max: '2000' } }, 400, 'invalid_request', 'slo.latency_p95_max'],
    [{ activate: 'yes' }, 400, 'invalid_request', 'activate'],
    [
      { exclude: [{ start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' }] },
      400,
      'invalid_window',
      'start must be before',
    ],
    [{ service: 'nobody' }, 404, 'stream_not_found', 'nobody'],
    [{ endpoint: undefined }, 400, 'invalid_request', 'endpoint'],
  ])('cannot be built from %j: %i %s', async (body, status, code, detail) => {
    const { app, stream } = await openStream();
    const answer = await build(app, { ...stream, ...body });
    expect(answer.json()).toMatchObject({ status, code, detail: expect.stringContaining(detail) });
  });
});
