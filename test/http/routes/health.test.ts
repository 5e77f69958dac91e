import { afterEach, describe, expect, it, vi } from 'vitest';
import { DatabaseUnavailable } from '../../../src/store/database.ts';
import { withDatabase } from '../../database.ts';
import { PATIENCE } from '../../patience.ts';
import { emptyDatabase, openService, stubDatabase } from '../service.ts';

const unreachable = stubDatabase(() => Promise.reject(new DatabaseUnavailable('connection refused')));
const silent = stubDatabase(() => new Promise(() => undefined));

afterEach(() => {
  vi.useRealTimers();
});

describe('GET /health', () => {
  it('is what four older clients read', async () => {
    const answer = await openService(emptyDatabase).app.inject('/health');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      status: 'ok',
      ok: true,
      version: '1.2.3',
      is_monitoring: true,
      config: {
        kl_threshold: 0.1,
        psi_threshold: 0.2,
        accuracy_min: 0.75,
        sliding_window_days: 7,
        check_interval_hours: 6,
      },
      redis: 'not used',
      api: 'up',
      drift_detector: 'ready',
      database: 'up',
    });
  });

  it('is 200 and says so when the database is down', async () => {
    const answer = await openService(unreachable).app.inject('/health');
    expect([answer.statusCode, answer.json().database]).toEqual([200, 'down']);
  });

  it('does not wait for ever for a database that is silent', async () => {
    const { app } = openService(silent);
    await app.ready();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = app.inject('/health');
    await vi.waitUntil(() => vi.getTimerCount() > 0, PATIENCE);
    vi.advanceTimersByTime(2_000);
    expect((await asked).json()).toMatchObject({ ok: true, database: 'down' });
  });
});

describe('GET /', () => {
  it('says what is served, and sends browsers to the page', async () => {
    const { app } = openService(emptyDatabase);
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
      const answer = await app.inject({ url: '/', headers });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toEqual({
        status: 'healthy',
        service: 'Plumbline',
        version: '1.2.3',
        endpoints: expect.objectContaining({ health: '/health', drift_detection: '/detect-drift', docs: '/docs' }),
      });
    }
    const page = await app.inject({ url: '/', headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect([page.statusCode, page.headers.location]).toEqual([302, '/docs']);
  });

  it('names only paths that exist', async () => {
    const { app } = openService(emptyDatabase);
    const { endpoints } = (await app.inject('/')).json();
    const known = Object.keys((await app.inject('/openapi.json')).json().paths);
    const pages = ['/docs', '/openapi.json'];
    for (const path of Object.values(endpoints)) expect([...known, ...pages]).toContain(path);
  });
});

describe('probes', () => {
  const database = withDatabase();

  it('/livez looks at nothing', async () => {
    expect((await openService(silent).app.inject('/livez')).json()).toEqual({ status: 'alive' });
  });

  it('/readyz is 200 on a migrated database', async () => {
    const answer = await openService(database()).app.inject('/readyz');
    expect(answer.json()).toEqual({ status: 'ready', database: 'up', pending_migrations: 0 });
  });

  it('/readyz is 503 without the database, and before its migrations', async () => {
    const down = await openService(unreachable).app.inject('/readyz');
    expect([down.statusCode, down.json().code, down.headers['retry-after']]).toEqual([
      503,
      'database_unavailable',
      '5',
    ]);
    const early = await openService(emptyDatabase).app.inject('/readyz');
    expect([early.statusCode, early.json().code]).toEqual([503, 'not_ready']);
    expect(early.json().detail).toContain('plumbline migrate');
  });
});

describe('GET /metrics', () => {
  it('counts answers by route pattern, never by path', async () => {
    const { app } = openService(emptyDatabase, { AUTH: 'off' });
    for (const url of ['/livez', '/v1/baselines/some-name', '/no/such/path', '/no/such/other']) await app.inject(url);
    const text = (await app.inject('/metrics')).body;
    const counts = [...text.matchAll(/^http_request_duration_seconds_count\{(.*)\} (\d+)$/gm)].map(
      ([, labels, n]) => `${labels} ${n}`,
    );
    expect(counts).toContain('method="GET",route="/livez",status="2xx" 1');
    expect(counts).toContain('method="GET",route="/v1/baselines/:baseline",status="4xx" 1');
    expect(counts).toContain('method="any",route="none",status="4xx" 2');
    expect(text).not.toContain('some-name');
  });

  it('shows the process and what ingest counts', async () => {
    const answer = await openService(emptyDatabase, { AUTH: 'off' }).app.inject('/metrics');
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const name of [
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_seconds',
      'plumbline_events_accepted_total 0',
      'plumbline_events_duplicates_total 0',
      'plumbline_events_rejected_total',
      'plumbline_ingest_bytes_in_flight 0',
      'plumbline_flush_duration_seconds_count 0',
    ]) {
      expect(answer.body).toContain(name);
    }
  });
});
