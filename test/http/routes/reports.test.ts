import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TEST_NAMES } from '../../../src/core/drift/test-name.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { NOW } from '../service.ts';
import { build, eventsOf, type Stream, send, withStreams } from './streams.ts';

const { openStream } = withStreams();

describe('GET /reports/latest', () => {
  it('goes from a batch over a baseline to a report that fails when production has changed', async () => {
    const { app, clock, stream } = await openStream();
    const built = await build(app, { ...stream, window: '30m', name: `main-${randomUUID()}` });
    expect(built.statusCode, built.body).toBe(201);
    expect(built.json()).toMatchObject({ ...stream, samples: 400, warnings: [], active: true });

    const same = await app.inject({ url: '/reports/latest', query: { ...stream, window_minutes: '30' } });
    expect(same.json()).toMatchObject({
      status: 'ok',
      samples: 400,
      window_minutes: 30,
      baseline: { id: built.json().id },
    });

    clock.ms += 60 * MINUTE_MS;
    await send(app, eventsOf(stream, 400, clock.ms, 160));
    const shifted = await app.inject({ url: '/reports/latest', query: { ...stream, window_minutes: '30' } });
    const report = shifted.json();
    expect(report).toMatchObject({ status: 'fail', samples: 400, policy: 'calibrated', state: 'drift' });
    expect(report.checks.amount_ks).toMatchObject({ ok: false, verdict: 'drift', live_n: 400 });
    expect(report.checks.currency_psi.live_counts.USD).toBeGreaterThan(100);
    expect(report.checks.success_rate).toMatchObject({ ok: true, success_rate: 1, total: 400 });

    const before = { ...stream, start: new Date(NOW - 30 * MINUTE_MS).toISOString(), end: new Date(NOW).toISOString() };
    const past = await app.inject({ url: '/reports/latest', query: { ...before, policy: 'classic' } });
    expect(past.json()).toMatchObject({ status: 'ok', samples: 400, policy: 'classic' });
  });

  it('answers with tests, presets and rules of the asker’s own, and stores none of it', async () => {
    const { app, clock, stream } = await openStream();
    await build(app, { ...stream, window: '30m', name: `choice-${randomUUID()}` });
    clock.ms += 60 * MINUTE_MS;
    await send(app, eventsOf(stream, 400, clock.ms, 160));
    const ask = async (query: Record<string, string>) =>
      (await app.inject({ url: '/reports/latest', query: { ...stream, ...query } })).json();
    const { streams } = (await app.inject('/v1/streams')).json();
    const { id } = streams.find(({ service }: { service: string }) => service === stream.service);
    const stored = async () =>
      (await app.inject({ url: '/v1/reports', query: { stream: `${id}` } })).json().reports.length;
    await ask({});
    const before = await stored();

    expect(Object.keys((await ask({ tests: 'auto' })).checks)).toEqual(
      expect.arrayContaining(['amount_ks', 'amount_psi', 'currency_psi', 'currency_unseen']),
    );
    expect((await ask({ tests: 'cvm, welch' })).checks.amount_cvm).toMatchObject({ ok: false, verdict: 'drift' });
    expect(await ask({ aggregate: 'share', drift_share: '1' })).toMatchObject({ status: 'ok', state: 'ok' });
    const sentinel = await ask({ preset: 'sentinel' });
    expect(sentinel).toMatchObject({ status: 'fail', preset: 'sentinel', policy: 'classic' });
    expect(sentinel.checks.amount_psi).toMatchObject({ value: expect.any(Number), floor: 0.25 });
    expect(await stored()).toBe(before);
    expect(await ask({ tests: 'nonsense' })).toMatchObject({ status: 400, detail: expect.stringContaining('tests') });
    expect(await ask({ drift_share: 'x' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('drift_share'),
    });
  });

  it.each(TEST_NAMES)('answers with the fields of %s as the description has them', async (test) => {
    const { app, stream } = await openStream();
    await build(app, { ...stream, window: '30m', name: `fields-${randomUUID()}` });
    const answer = await app.inject({ url: '/reports/latest', query: { ...stream, tests: test } });
    expect(answer.statusCode, answer.body).toBe(200);
  });

  it('counts redirects and refusals as successes, unless environment, baseline or the classic policy say otherwise', async () => {
    const { app, clock, stream, events } = await openStream();
    // A web page that browsers have cached: half of its answers are 304, one in ten is 429.
    const statuses = [304, 200, 304, 200, 304, 200, 304, 200, 429, 304];
    clock.ms += 60 * MINUTE_MS;
    const cached = events.map((event, i) => ({
      ...event,
      ts: new Date(clock.ms - i).toISOString(),
      response: { status: statuses[i % 10], duration_ms: 700 },
    }));
    await send(app, cached);
    const rateOf = async (query: Record<string, string> = {}) => {
      const url = { url: '/reports/latest', query: { ...stream, window_minutes: '30', ...query } };
      const { success_rate: rate } = (await app.inject(url)).json().checks;
      return [rate.ok, rate.success_rate, rate.failure_status];
    };
    await build(app, { ...stream, name: `plain-${randomUUID()}` });
    expect(await rateOf()).toEqual([true, 1, ['5xx']]);
    expect(await rateOf({ policy: 'classic' })).toEqual([false, 0.4, ['not 2xx']]);
    expect(await rateOf({ preset: 'guard' })).toEqual([false, 0.4, ['not 2xx']]);
    expect(await rateOf({ preset: 'evidently' })).toEqual([true, 1, ['5xx']]);

    const own = await build(app, { ...stream, name: `own-${randomUUID()}`, slo: { failure_status: ['5xx', 429] } });
    expect(own.json().warnings).toEqual([expect.stringContaining('success_rate is 0.95 ')]);
    expect(await rateOf()).toEqual([false, 0.9, ['5xx', '429']]);
    expect(await rateOf({ policy: 'classic' })).toEqual([false, 0.9, ['5xx', '429']]);
    const refused = await build(app, { ...stream, slo: { failure_status: ['five hundred'] } });
    expect(refused.json()).toMatchObject({ status: 400, detail: expect.stringContaining('use classes such as 5xx') });
  });

  it('says which command to run when there is no baseline', async () => {
    const { app, stream } = await openStream();
    const answer = await app.inject({ url: '/reports/latest', query: { ...stream } });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'baseline_not_found']);
    expect(answer.json().detail).toContain(`plumbline baseline build --service "${stream.service}"`);
  });

  it('answers an empty window, and refuses a bad one', async () => {
    const { app, clock, stream } = await openStream();
    await build(app, { ...stream, window: 3_600 });
    clock.ms += 24 * 60 * MINUTE_MS;
    const answer = await app.inject({ url: '/reports/latest', query: { ...stream, window_minutes: '5' } });
    expect(answer.json()).toMatchObject({ status: 'ok', samples: 0, state: 'no_data' });
  });

  it('answers HEAD', async () => {
    const { app, stream } = await openStream();
    await build(app, stream);
    const answer = await app.inject({ method: 'HEAD', url: '/reports/latest', query: { ...stream } });
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
  });
});

describe('GET /v1/reports', () => {
  it('are listed as they were sent, newest first, page by page', async () => {
    const { app, clock, stream } = await openStream();
    await build(app, stream);
    const sent: string[] = [];
    for (let i = 0; i < 3; i++) {
      clock.ms += MINUTE_MS;
      sent.unshift((await app.inject({ url: '/reports/latest', query: { ...stream } })).body);
    }
    const { streams } = (await app.inject('/v1/streams?limit=1000')).json();
    const { id } = streams.find(({ service }: Stream) => service === stream.service);
    const first = (await app.inject(`/v1/reports?stream=${id}&limit=2`)).json();
    const second = (await app.inject(`/v1/reports?stream=${id}&limit=2&cursor=${first.next}`)).json();
    expect([...first.reports, ...second.reports]).toEqual(sent.map((body) => JSON.parse(body)));
    expect(second.next).toBeNull();
    const from = new Date(clock.ms + 60 * MINUTE_MS).toISOString();
    expect((await app.inject(`/v1/reports?stream=${id}&from=${from}`)).json()).toEqual({ reports: [], next: null });
  });
});
