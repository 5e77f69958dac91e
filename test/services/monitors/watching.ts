import { rm } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import type { Message } from '../../../src/core/incident/message.ts';
import type { MonitorDocument } from '../../../src/core/monitor/monitor-spec.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { DrivenClock } from '../../../src/core/time/clock.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import {
  createMonitoring,
  type Monitoring,
  type MonitoringOptions,
  SILENT_MONITORING_METRICS,
} from '../../../src/monitoring.ts';
import { buildBaseline } from '../../../src/services/baselines/build-baseline.ts';
import { notifyDueIncidents } from '../../../src/services/incidents/notify-due-incidents.ts';
import { Ingest, SILENT_INGEST_METRICS } from '../../../src/services/ingest/ingest.ts';
import { applyMonitorsFile } from '../../../src/services/monitors/apply-file.ts';
import { applyMonitors } from '../../../src/services/monitors/apply-monitors.ts';
import type { MonitorContext } from '../../../src/services/monitors/context.ts';
import { keepDefaultMonitors } from '../../../src/services/monitors/default-monitors.ts';
import type { Channel } from '../../../src/services/notify/channel.ts';
import type { Outcome } from '../../../src/services/notify/outcome.ts';
import type { Database } from '../../../src/store/database.ts';
import { emptiedDatabase, makeTemporaryDirectory } from '../../database.ts';
import { SILENT } from '../../silent-log.ts';
import { testConfig } from '../ingest/service.ts';

export const START = Date.UTC(2026, 5, 1, 12);
const STREAM = { service: 'payments', endpoint: 'POST /pay' } as const;

/** A channel that remembers what it was sent and answers as a test wishes. */
export class TestChannel implements Channel {
  readonly type = 'log';
  readonly isDryRun = false;
  readonly keepsState: boolean;
  readonly refreshEveryMs?: number;
  readonly sent: Message[] = [];
  readonly name: string;
  answer: (message: Message) => Outcome | Promise<Outcome> = () => ({ kind: 'sent' });

  constructor(name: string, state?: { readonly refreshEveryMs?: number }) {
    this.name = name;
    this.keepsState = state !== undefined;
    if (state?.refreshEveryMs !== undefined) this.refreshEveryMs = state.refreshEveryMs;
  }

  render(message: Message): unknown {
    return message;
  }

  async send(message: Message): Promise<Outcome> {
    this.sent.push(message);
    return this.answer(message);
  }
}

export interface Watching extends Monitoring {
  readonly db: Database;
  readonly clock: DrivenClock;
  readonly ingest: Ingest;
  readonly channel: TestChannel;
  /** Payments of one minute or more, of about this amount; stored when the last has happened. */
  pay(fromMs: number, toMs: number, amount?: number, perMinute?: number): Promise<void>;
  /** Moves the clock and does all that is due then. */
  runAt(ms: number): Promise<void>;
  /** Sends what is due, to its end. */
  deliver(): Promise<void>;
  apply(...documents: readonly Partial<MonitorDocument>[]): Promise<void>;
  /** Another process on the same database. */
  another(options?: Partial<MonitoringOptions>): Monitoring;
}

/** Monitoring on an empty database, at noon, with an hour of payments as its baseline. */
export async function openWatching(
  env: Readonly<Record<string, string>> = {},
  further: readonly TestChannel[] = [],
): Promise<Watching> {
  const db = await emptiedDatabase();
  const directory = await makeTemporaryDirectory();
  const opened: Monitoring[] = [];
  onTestFinished(async () => {
    // What still runs must not touch what the next test stores.
    for (const monitoring of opened) await monitoring.stop();
    // The file of an incident may still be on its way.
    await rm(directory, { recursive: true, maxRetries: 5 });
  });
  const config = testConfig({ BASELINES_DIR: `${directory}/baselines`, ARTIFACTS_DIR: directory, ...env });
  const clock = new DrivenClock(START);
  const channel = new TestChannel('test');
  const byName = new Map([channel, ...further].map((each) => [each.name, each]));
  const channels = { byName, routes: [{ channels: [...byName.keys()] }] };
  const options = { db, config, clock, log: SILENT, channels, metrics: SILENT_MONITORING_METRICS, random: () => 0 };
  const another = (changed: Partial<MonitoringOptions> = {}): Monitoring => {
    const monitoring = createMonitoring({ ...options, ...changed });
    opened.push(monitoring);
    return monitoring;
  };
  const monitoring = another();
  const { context, scheduler, delivery } = monitoring;
  const ingest = new Ingest({ db, config, clock, metrics: SILENT_INGEST_METRICS });
  const watching: Watching = {
    ...monitoring,
    db,
    clock,
    ingest,
    channel,
    another,
    pay: (fromMs, toMs, amount = 100, perMinute = 20) => {
      clock.ms = Math.max(clock.ms, toMs);
      return pay(ingest, fromMs, toMs, amount, perMinute);
    },
    runAt: async (ms) => {
      clock.ms = ms;
      await scheduler.runDue();
      await notifyDueIncidents(context);
      await watching.deliver();
    },
    deliver: async () => {
      await delivery.wake();
      await delivery.idle();
    },
    apply: async (...documents) => {
      const monitors = documents.map((document) => ({ ...MONITOR, ...document }));
      await applyMonitors(context, { monitors, prune: false, dryRun: false });
    },
  };
  await watching.pay(START - HOUR_MS, START);
  const interval = { startMs: START - HOUR_MS, endMs: START };
  await buildBaseline(context, { ...STREAM, interval, name: 'payments' });
  return watching;
}

/** What the service does with monitors before it listens. */
export async function startMonitors(context: MonitorContext): Promise<void> {
  await applyMonitorsFile(context);
  await keepDefaultMonitors(context);
}

/** Looks at ten minutes every ten minutes, a second after they end. */
const MONITOR: MonitorDocument = { name: 'payments', stream: STREAM, window: '10m', every: '10m', delay: '1s' };

async function pay(ingest: Ingest, fromMs: number, toMs: number, amount: number, perMinute: number): Promise<void> {
  const rng = seededRng(`${fromMs} ${amount}`);
  const normal = () => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
  const n = Math.round(((toMs - fromMs) / MINUTE_MS) * perMinute);
  const events = Array.from({ length: n }, (_, i) => ({
    ...STREAM,
    ts: Math.floor(fromMs + ((toMs - fromMs) * i) / n),
    request: { body: { amount: amount + 20 * normal() } },
    response: { status: 200, duration_ms: 800 + 100 * normal() },
  }));
  const text = JSON.stringify(events);
  await ingest.submit({ text, format: 'json', isStrict: true, idempotencyKey: undefined });
}

/** The end of the i-th window of ten minutes after the start, and the second that the monitor waits. */
export function slotAt(i: number): number {
  return START + i * 10 * MINUTE_MS + SECOND_MS;
}
