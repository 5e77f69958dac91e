import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Message, titleOf } from '../../src/core/incident/message.ts';
import { decodeProfile } from '../../src/core/profile/codec/profile-codec.ts';
import { DrivenClock } from '../../src/core/time/clock.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/time/window.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { buildServer } from '../../src/http/server.ts';
import { createMonitoring, type Monitoring } from '../../src/monitoring.ts';
import { notifyDueIncidents } from '../../src/services/incidents/notify-due-incidents.ts';
import { Ingest } from '../../src/services/ingest/ingest.ts';
import { foldProfiles } from '../../src/services/maintenance/fold-profiles.ts';
import { reviseReports } from '../../src/services/monitors/revise-reports.ts';
import { slackChannel } from '../../src/services/notify/channels/slack.ts';
import { listAuditLog } from '../../src/store/audit-log.ts';
import { findActiveBaseline, getBaselineProfile } from '../../src/store/baselines.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate, pendingMigrations, readMigrations } from '../../src/store/engine/migrate.ts';
import { SchemaWatch } from '../../src/store/engine/schema-watch.ts';
import { findIncident } from '../../src/store/incidents.ts';
import { testConfig } from '../services/ingest/service.ts';
import { TestChannel } from '../services/monitors/watching.ts';
import { SILENT } from '../silent-log.ts';
import { type OldDatabase, openOldDatabase, readOldDatabase } from './old-database.ts';

const STREAM = { service: 'shop', endpoint: 'POST /pay' };
/** Incidents of the old release, by what they are. */
const DRIFT = 1;
const RECOVERING = 2;
const SILENCED = 4;
const HELD_BACK = 7;
const PENDING = 8;

let old: OldDatabase;
let db: Database;
let app: FastifyInstance;
let monitoring: Monitoring;
const clock = new DrivenClock(0);
const pager = new TestChannel('pager');
const mail = new TestChannel('mail');
const gone = new TestChannel('gone');

beforeAll(async () => {
  old = await readOldDatabase();
  db = await openOldDatabase(old);
  expect(await migrate(db, SILENT)).toBe((await readMigrations()).length - 7);
  clock.ms = old.endMs;
  const config = testConfig({ BASELINES_DIR: '/dev/null/baselines', ARTIFACTS_DIR: '/dev/null/artifacts' });
  const log = pino({ level: 'silent' });
  const metrics = createMetrics();
  const channels = {
    byName: new Map([pager, mail, gone].map((channel) => [channel.name, channel])),
    routes: [{ channels: [pager.name] }],
  };
  const ingest = new Ingest({ db, config, clock, metrics });
  monitoring = createMonitoring({ db, config, clock, log, metrics, channels, random: () => 0 });
  const { context } = monitoring;
  const coherence = { ...context, storeEvents: (events: readonly object[]) => ingest.submitEvents(events) };
  const schema = new SchemaWatch(db, log);
  const parts = { config, db, clock, ingest, log, metrics, channels, coherence, schema };
  app = buildServer({ ...parts, version: '1.2.3', startedAtMs: clock.ms, monitoring: context });
}, 120_000);

afterAll(async () => {
  await monitoring.stop();
  await app.close();
  await db.close();
});

async function call(method: 'GET' | 'POST', url: string, payload?: object) {
  const headers = { host: 'localhost', 'x-api-key': old.key };
  const answer = await app.inject({ method, url, headers, ...(payload && { payload }) });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.json();
}

/** The answers changed in two words: `told` is `last_notification` now, and in the trail `told_opened` is `notified_opened`. */
function inWordsOfToday(answer: object): object {
  const text = JSON.stringify(answer)
    .replaceAll('"told":', '"last_notification":')
    .replaceAll('"what":"told_', '"what":"notified_');
  return JSON.parse(text);
}

const incidentOf = (id: number) => call('GET', `/v1/incidents/${id}`);
const whatOf = async (id: number): Promise<string[]> =>
  (await incidentOf(id)).trail.map(({ what }: { what: string }) => what);

async function runAt(ms: number): Promise<void> {
  clock.ms = ms;
  await monitoring.scheduler.runDue();
  await notifyDueIncidents(monitoring.context);
  await monitoring.delivery.wake();
  await monitoring.delivery.idle();
}

/** Ten minutes of payments that are far too high. */
async function pay(fromMs: number): Promise<void> {
  const events = Array.from({ length: 60 }, (_, i) => ({
    ...STREAM,
    ts: fromMs + i * 10 * SECOND_MS,
    request: { body: { amount: 500 + (i % 20), currency: 'EUR' } },
    response: { status: 200, duration_ms: 100 + (i % 10) },
  }));
  await call('POST', '/v1/ingest', events);
}

describe('the database of the release before', () => {
  test('is up to date after the migrations', async () => {
    expect(await pendingMigrations(db)).toEqual([]);
  });

  test('its levels keep what they promised: only 2xx is a success', async () => {
    const { baselines } = await call('GET', '/v1/baselines?limit=1000');
    const { monitors } = await call('GET', '/v1/monitors?limit=1000');
    const own = monitors.filter(({ origin }: { origin: string }) => origin !== 'default');
    expect([baselines.length, own.length].every((n) => n > 0)).toBe(true);
    for (const { slo } of baselines) expect(slo).toMatchObject({ failure_status: ['not 2xx'] });
    for (const { spec, document } of own)
      expect(spec ?? document).toMatchObject({ slo: { failure_status: ['not 2xx'] } });
  });

  test('answers every question as it did', async () => {
    expect(Object.keys(old.answers).length).toBeGreaterThan(20);
    for (const [url, answer] of Object.entries(old.answers)) {
      expect(await call('GET', url), url).toMatchObject(inWordsOfToday(answer));
    }
  });

  test('is read by the store: incidents with their state, the audit log, the profile of the baseline', async () => {
    for (const row of old.rows.incidents ?? []) {
      const stored = await findIncident(db, Number(row.id));
      expect(stored).toMatchObject({ incident: row.doc, labels: row.labels, lastNotification: row.told });
    }
    const entries = old.rows.incident_events ?? [];
    const ofDrift = entries.filter(({ incident_id }) => incident_id === DRIFT);
    const log = await listAuditLog(db, { streamId: 1, id: DRIFT });
    expect(log.map(({ who }) => who)).toEqual(ofDrift.map(({ who }) => who));
    expect(log.map(({ details }) => details)).toEqual(ofDrift.map(({ details }) => details));
    const baseline = await findActiveBaseline(db, 1);
    const profile = decodeProfile(await getBaselineProfile(db, baseline?.id ?? 0));
    expect(profile.events).toBe(120);
  });

  test('its profiles are merged with a window of today', async () => {
    const interval = `start=2026-03-14T11:40:00Z&end=2026-03-14T12:30:00Z`;
    const report = await call('GET', `/reports/latest?${interval}&${new URLSearchParams(STREAM)}`);
    // Twenty minutes of six events each before noon and thirty after it, and twelve late ones.
    expect(report.samples).toBe(50 * 6 + 12);
    await foldProfiles(db, clock.ms + HOUR_MS);
    expect(await call('GET', `/reports/latest?${interval}&${new URLSearchParams(STREAM)}`)).toMatchObject({
      samples: report.samples,
      status: report.status,
      checks: report.checks,
    });
  });

  test('what waited in the outbox is delivered with its id, the earliest first', async () => {
    await monitoring.delivery.wake();
    await monitoring.delivery.idle();
    const waiting = (old.rows.notifications ?? []).filter(({ status }) => status === 'pending');
    const messages = waiting.map(({ message }) => message as Message).sort((a, b) => a.at.localeCompare(b.at));
    expect(messages.map(({ reason }) => reason)).toEqual(['opened', 'resolved', 'reopened']);
    expect(mail.sent).toEqual(messages);
    expect(pager.sent).toEqual([]);
    const slack = slackChannel({
      name: 's',
      webhookUrl: 'https://hooks.example/x',
      mention: [],
      allowHosts: [],
      now: () => clock.ms,
    });
    for (const message of mail.sent) {
      expect(titleOf(message)).toMatch(/^\[(CRITICAL|RESOLVED)\] .+ on shop POST \/pay$/);
      expect(JSON.stringify(slack.render(message))).toContain('request.body.amount');
    }
    const { notifications } = await call('GET', `/v1/notifications?channel=mail`);
    expect(notifications.map(({ status }: { status: string }) => status)).toEqual(['sent', 'sent', 'sent']);
  });

  test('dead letters are sent again on request', async () => {
    await call('POST', '/v1/notifications/replay', { channel: 'gone' });
    await monitoring.delivery.wake();
    await monitoring.delivery.idle();
    const dead = (old.rows.notifications ?? []).filter(({ status }) => status === 'dead');
    expect(gone.sent).toHaveLength(dead.length);
    expect(gone.sent).toEqual(expect.arrayContaining(dead.map(({ message }) => message)));
  });

  test('a report that a late event had made wrong gets its revision', async () => {
    const before = await call('GET', '/v1/reports?stream=1&limit=1000');
    clock.ms += 2 * MINUTE_MS;
    await reviseReports(monitoring.context);
    const after = await call('GET', '/v1/reports?stream=1&limit=1000');
    expect(after.reports.length).toBeGreaterThan(before.reports.length);
    expect((await db.query('select * from late_minutes where stream_id = 1')).rows).toEqual([]);
  });

  test('the next run moves every incident on from where the old release left it', async () => {
    const slotMs = old.endMs + 5 * MINUTE_MS;
    clock.ms = slotMs;
    await pay(slotMs - 10 * MINUTE_MS);
    await runAt(slotMs + SECOND_MS);
    const run = { slot: new Date(slotMs).toISOString(), status: 'done' };
    expect((await call('GET', '/v1/monitors/pay/runs')).runs[0]).toMatchObject(run);
    expect(await incidentOf(DRIFT)).toMatchObject({ state: 'firing', flaps: 1 });
    expect(await incidentOf(PENDING)).toMatchObject({ state: 'firing', opened_at: run.slot });
    expect((await whatOf(PENDING)).slice(-2)).toEqual(['opened', 'notified_opened']);
    expect(await incidentOf(RECOVERING)).toMatchObject({ state: 'resolved', resolved_at: run.slot });
    expect((await whatOf(RECOVERING)).slice(-2)).toEqual(['resolved', 'notified_resolved']);
    expect((await whatOf(SILENCED)).at(-1)).toBe('silence');
    const sent = pager.sent.map(({ incident, reason }) => [incident.id, reason]);
    expect(sent).toContainEqual([PENDING, 'opened']);
    expect(sent).toContainEqual([RECOVERING, 'resolved']);
    expect(sent.map(([id]) => id)).not.toContain(SILENCED);
  });

  test('what quiet hours held back is sent when they end', async () => {
    expect(await incidentOf(HELD_BACK)).toMatchObject({ last_notification: null });
    await runAt(Date.UTC(2026, 2, 14, 13));
    expect(await incidentOf(HELD_BACK)).toMatchObject({ last_notification: { state: 'firing' } });
    expect(pager.sent.map(({ incident }) => incident.id)).toContain(HELD_BACK);
  });

  test('people go on with an incident of then', async () => {
    await call('POST', `/v1/incidents/${DRIFT}/resolve`, { by: 'Grace' });
    expect(await incidentOf(DRIFT)).toMatchObject({ state: 'resolved', acknowledged_by: 'Ada', assigned_to: 'Grace' });
  });
});
