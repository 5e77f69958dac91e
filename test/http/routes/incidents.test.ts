import { describe, expect, it } from 'vitest';
import { call, STREAM, withIncident } from './drifting.ts';

describe('/v1/incidents', () => {
  it('are listed by state, severity and monitor, and shown with their trail and notifications', async () => {
    const { service, id } = await withIncident();
    const ids = async (query: string) => {
      const { incidents } = (await call(service, 'GET', `/v1/incidents?${query}`)).body;
      return incidents.map((row: { id: number }) => row.id);
    };
    expect(await ids('state=open&severity=critical,warning&monitor=pay')).toEqual([id]);
    expect(await ids('state=resolved')).toEqual([]);
    expect(await ids('monitor=other')).toEqual([]);
    expect((await call(service, 'GET', '/v1/incidents?state=bad')).status).toBe(400);
    const { body } = await call(service, 'GET', `/v1/incidents/${id}`);
    expect(body).toMatchObject({ state: 'firing', severity: 'critical', condition: 'drift', reports: 1, ...STREAM });
    expect(body.trail.map(({ what }: { what: string }) => what)).toEqual(['opened', 'notified_opened']);
    expect(body.notifications).toMatchObject([
      { channel: 'log', reason: 'opened', title: '[CRITICAL] Drift on shop POST /pay' },
    ]);
    const { reports } = (await call(service, 'GET', `/v1/incidents/${id}/reports`)).body;
    expect(reports).toMatchObject([{ status: 'fail', service: 'shop' }]);
  });

  it('are acted upon, and who did what is written down', async () => {
    const { service, id } = await withIncident();
    const act = (action: string, body?: object) => call(service, 'POST', `/v1/incidents/${id}/${action}`, body);
    expect((await act('acknowledge', { by: 'anna', note: 'looking' })).body).toMatchObject({ acknowledged_by: 'anna' });
    expect((await act('silence', { for: '2h' })).body).toMatchObject({ silenced_until: '2026-03-14T14:00:30.000Z' });
    expect((await act('silence', { for: '2h', until: '2026-03-15T00:00:00Z' })).status).toBe(400);
    expect((await act('assign', { to: 'ben' })).body).toMatchObject({ assigned_to: 'ben' });
    expect((await act('annotate', {})).status).toBe(400);
    expect((await act('annotate', { note: 'a deploy' })).status).toBe(200);
    const resolved = await act('resolve');
    expect(resolved.body).toMatchObject({ state: 'resolved' });
    expect(resolved.body.trail.slice(2).map(({ who, what }: { who: string; what: string }) => [who, what])).toEqual([
      ['anna', 'acknowledge'],
      ['somebody on this machine', 'silence'],
      ['somebody on this machine', 'assign'],
      ['somebody on this machine', 'annotate'],
      ['somebody on this machine', 'resolve'],
    ]);
    expect((await act('resolve')).body).toMatchObject({ code: 'conflict', status: 409 });
    expect((await call(service, 'POST', '/v1/incidents/999/resolve')).body).toMatchObject({
      code: 'incident_not_found',
    });
  });
});
