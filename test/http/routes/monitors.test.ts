import { describe, expect, it } from 'vitest';
import { emptiedDatabase } from '../../database.ts';
import { openService } from '../service.ts';
import { call, MONITOR, open, withIncident } from './drifting.ts';

describe('/v1/monitors', () => {
  it('are made, read, changed, paused and deleted', async () => {
    const service = await open();
    const made = await call(service, 'POST', '/v1/monitors', MONITOR);
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'pay', origin: 'api', paused: false, spec: MONITOR, last_run: null },
    });
    expect(made.body.next_slot).toBe('2026-03-14T12:10:00.000Z');
    expect((await call(service, 'POST', '/v1/monitors', MONITOR)).body).toMatchObject({ code: 'conflict' });
    const changed = await call(service, 'PUT', '/v1/monitors/pay', { ...MONITOR, window: '20m' });
    expect(changed.body).toMatchObject({ id: made.body.id, spec: { window: '20m' } });
    expect((await call(service, 'POST', '/v1/monitors/pay/pause')).body).toMatchObject({
      paused: true,
      next_slot: null,
    });
    expect((await call(service, 'POST', '/v1/monitors/pay/resume')).body).toMatchObject({ paused: false });
    expect((await call(service, 'GET', '/v1/monitors')).body.monitors).toHaveLength(1);
    expect((await call(service, 'DELETE', '/v1/monitors/pay')).status).toBe(204);
    expect((await call(service, 'GET', '/v1/monitors/pay')).body).toMatchObject({ code: 'monitor_not_found' });
  });

  it('are listed beside one whose document another version wrote', async () => {
    const db = await emptiedDatabase();
    const service = openService(db);
    await call(service, 'POST', '/v1/monitors', MONITOR);
    await call(service, 'POST', '/v1/monitors', { ...MONITOR, name: 'odd' });
    await db.query(`update monitors set spec = '{"lookback": 5}' where name = 'odd'`);
    const { status, body } = await call(service, 'GET', '/v1/monitors');
    expect(status).toBe(200);
    expect(body.monitors).toMatchObject([{ spec: MONITOR }, { spec: { lookback: 5 } }]);
  });

  it('for many streams come from a file, are listed, and go by name', async () => {
    const service = await open();
    const many = { ...MONITOR, name: 'many', stream: { service: '*' }, reference: 'previous_window' };
    for (const [method, url] of [
      ['POST', '/v1/monitors'],
      ['POST', '/v1/monitors?dry_run=true'],
    ] as const) {
      expect(await call(service, method, url, many)).toMatchObject({ status: 400, body: { code: 'invalid_monitor' } });
    }
    const applied = await call(service, 'POST', '/v1/monitors/apply', { monitors: [MONITOR, many] });
    const [{ monitors }] = applied.body.patterns;
    expect(monitors).toBe(1);
    const listed = await call(service, 'GET', '/v1/monitor-patterns');
    expect(listed.body).toEqual({
      patterns: [
        { name: 'many', monitors, spec: many, created_at: expect.any(String), updated_at: expect.any(String) },
      ],
    });
    const made = (await call(service, 'GET', '/v1/monitors')).body.monitors.at(-1);
    expect(made).toMatchObject({ origin: 'pattern', pattern: 'many' });
    const path = `/v1/monitors/${encodeURIComponent(made.name)}`;
    expect(await call(service, 'DELETE', path)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await call(service, 'DELETE', '/v1/monitors/many')).status).toBe(204);
    expect((await call(service, 'GET', '/v1/monitors')).body.monitors).toMatchObject([{ name: 'pay' }]);
  });

  it('names with a slash are reached too', async () => {
    const service = await open();
    await call(service, 'POST', '/v1/monitors', { ...MONITOR, name: 'shop POST /pay' });
    expect((await call(service, 'GET', '/v1/monitors/shop%20POST%20%2Fpay')).body).toMatchObject({
      name: 'shop POST /pay',
    });
  });

  it('wrong ones are refused with every mistake', async () => {
    const service = await open();
    const { status, body } = await call(service, 'POST', '/v1/monitors', {
      ...MONITOR,
      window: 'long',
      evrey: 1,
      channels: ['x'],
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_monitor' });
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      '/monitors/0/channels/0',
      '/monitors/0/evrey',
      '/monitors/0/window',
    ]);
  });

  it('are applied all or none, and say what changed', async () => {
    const service = await open();
    const apply = (monitors: object[], more = {}) => call(service, 'POST', '/v1/monitors/apply', { monitors, ...more });
    expect((await apply([MONITOR])).body).toEqual({
      created: ['pay'],
      changed: [],
      unchanged: [],
      deleted: [],
      patterns: [],
    });
    expect((await apply([MONITOR])).body).toMatchObject({ unchanged: ['pay'] });
    expect((await apply([{ ...MONITOR, name: 'other' }], { prune: true, dry_run: true })).body).toMatchObject({
      deleted: ['pay'],
    });
    expect((await apply([{ ...MONITOR, name: 'good' }, { name: 'bad' }])).status).toBe(400);
    expect((await call(service, 'GET', '/v1/monitors')).body.monitors).toHaveLength(1);
  });

  it('a document may be tried before it is made', async () => {
    const { service } = await withIncident();
    const tried = await call(service, 'POST', '/v1/monitors?dry_run=true', { ...MONITOR, name: 'trial' });
    expect(tried.body).toMatchObject({
      dry_run: true,
      report: { status: 'fail' },
      changes: [{ reason: 'opened', notification: { notify: true } }],
    });
    expect((await call(service, 'GET', '/v1/monitors/trial')).status).toBe(404);
  });

  it('runs are listed', async () => {
    const { service } = await withIncident();
    const { body } = await call(service, 'GET', '/v1/monitors/pay/runs');
    expect(body).toMatchObject({ runs: [{ status: 'done', slots: 1, report: expect.any(Number) }], next: null });
  });
});
