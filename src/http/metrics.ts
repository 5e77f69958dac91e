import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { IncidentMetrics } from '../services/incidents/context.ts';
import type { IngestMetrics } from '../services/ingest/ingest.ts';
import type { MonitorMetrics } from '../services/monitors/context.ts';
import type { DeliveryMetrics } from '../services/notify/deliver.ts';
import type { Database } from '../store/database.ts';
import { countOpenIncidents } from '../store/incidents.ts';
import { countNotifications } from '../store/notifications.ts';

/** Called once for each answer of one route. */
export type ObserveRequest = (statusCode: number, seconds: number) => void;

export interface Metrics extends IngestMetrics, MonitorMetrics, DeliveryMetrics {
  readonly contentType: string;
  /** The labels are resolved here, once a route, and not once a request. */
  requestObserver(method: string, route: string): ObserveRequest;
  /** Bytes are counted where they are taken; the page asks when it is read. */
  watchBytesInFlight(read: () => number): void;
  /** Open incidents and waiting notifications are counted in the database when the page is read. */
  watchIncidents(db: Database): void;
  /** Everything counted so far, in the Prometheus text format. */
  text(): Promise<string>;
}

const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    ...ingestMetrics(registry),
    ...monitorMetrics(registry),
    ...deliveryMetrics(registry),
    contentType: registry.contentType,
    requestObserver: requestObservers(registry),
    watchBytesInFlight: (read) => watchBytesInFlight(registry, read),
    watchIncidents: (db) => watchIncidents(registry, db),
    text: () => registry.metrics(),
  };
}

function requestObservers(registry: Registry): Metrics['requestObserver'] {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: REQUEST_BUCKETS,
    registers: [registry],
  });
  return (method, route) => {
    const byClass = STATUS_CLASSES.map((status) => duration.labels(method, route, status));
    return (statusCode, seconds) => byClass[Math.floor(statusCode / 100) - 1]?.observe(seconds);
  };
}

function ingestMetrics(registry: Registry): IngestMetrics {
  const registers = [registry];
  const accepted = new Counter({ name: 'plumbline_events_accepted_total', help: 'Events stored', registers });
  const rejected = new Counter({
    name: 'plumbline_events_rejected_total',
    help: 'Events refused, by the code that the sender received',
    labelNames: ['code'] as const,
    registers,
  });
  const duplicates = new Counter({
    name: 'plumbline_events_duplicates_total',
    help: 'Events whose id was stored before',
    registers,
  });
  const flush = new Histogram({
    name: 'plumbline_flush_duration_seconds',
    help: 'Time of one commit of events and profile parts',
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const flushed = new Counter({
    name: 'plumbline_flush_requests_total',
    help: 'Requests that shared the commits: divided by their number, how many went together',
    registers,
  });
  return {
    accepted: (events) => accepted.inc(events),
    rejected: (code, events) => rejected.inc({ code }, events),
    duplicates: (events) => duplicates.inc(events),
    flushed: (seconds, requests) => {
      flush.observe(seconds);
      flushed.inc(requests);
    },
  };
}

function watchBytesInFlight(registry: Registry, read: () => number): void {
  new Gauge({
    name: 'plumbline_ingest_bytes_in_flight',
    help: 'Bytes of bodies taken and not yet committed',
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

const LATE_BUCKETS = [0.5, 1, 2, 5, 10, 15, 30, 60, 300, 1800, 7200];

function monitorMetrics(registry: Registry): MonitorMetrics {
  const registers = [registry];
  const runs = (name: string, help: string) => new Counter({ name, help, labelNames: ['status'] as const, registers });
  const delays = (name: string, help: string) => new Histogram({ name, help, buckets: LATE_BUCKETS, registers });
  const durations = (name: string, help: string) => new Histogram({ name, help, buckets: REQUEST_BUCKETS, registers });
  const total = renamed('plumbline_runs_total', 'plumbline_slots_total', 'Runs of monitors, by how they ended', runs);
  const delay = renamed(
    'plumbline_run_delay_seconds',
    'plumbline_slot_late_seconds',
    'From the end of a window to the start of its evaluation; a monitor waits its `delay` on purpose',
    delays,
  );
  const duration = renamed(
    'plumbline_run_duration_seconds',
    'plumbline_slot_duration_seconds',
    'Time from claiming a run to its commit',
    durations,
  );
  const tick = new Gauge({
    name: 'plumbline_scheduler_last_tick_timestamp_seconds',
    help: 'When the scheduler last looked for due runs; it does so every second',
    registers,
  });
  return {
    ticked: (nowMs) => tick.set(nowMs / 1000),
    ran: (status, lateSeconds, seconds) => {
      for (const counter of total) counter.inc({ status });
      for (const histogram of delay) histogram.observe(lateSeconds);
      for (const histogram of duration) histogram.observe(seconds);
    },
    skippedRuns: (n) => {
      for (const counter of total) counter.inc({ status: 'skipped' }, n);
    },
    ...incidentMetrics(registers),
  };
}

function incidentMetrics(registers: Registry[]): IncidentMetrics {
  const changes = new Counter({
    name: 'plumbline_incident_changes_total',
    help: 'Changes of incidents, by their reason',
    labelNames: ['reason'] as const,
    registers,
  });
  const decisions = new Counter({
    name: 'plumbline_notification_decisions_total',
    help: 'Whether people were notified of an incident, and why',
    labelNames: ['notify', 'reason'] as const,
    registers,
  });
  const oldDecisions = new Counter({
    name: 'plumbline_tell_decisions_total',
    help: 'Deprecated, gone in the next release: plumbline_notification_decisions_total',
    labelNames: ['tell', 'reason'] as const,
    registers,
  });
  return {
    changed: (reason) => changes.inc({ reason }),
    decided: (notify, reason) => {
      decisions.inc({ notify: String(notify), reason });
      oldDecisions.inc({ tell: String(notify), reason });
    },
  };
}

/** A metric under its name and, for one release, under the one that it had before. */
function renamed<Metric>(
  name: string,
  old: string,
  help: string,
  make: (name: string, help: string) => Metric,
): Metric[] {
  return [make(name, help), make(old, `Deprecated, gone in the next release: ${name}`)];
}

function deliveryMetrics(registry: Registry): DeliveryMetrics {
  const registers = [registry];
  const tries = new Counter({
    name: 'plumbline_notification_tries_total',
    help: 'Tries to deliver, by channel and how they ended: sent, retry, rejected, or dead after the last one',
    labelNames: ['channel', 'outcome'] as const,
    registers,
  });
  const delay = new Histogram({
    name: 'plumbline_notification_delay_seconds',
    help: 'From the change to its delivery',
    labelNames: ['channel'] as const,
    buckets: LATE_BUCKETS,
    registers,
  });
  return {
    delivered: (channel, outcome, lateSeconds) => {
      tries.inc({ channel, outcome });
      if (outcome === 'sent') delay.observe({ channel }, lateSeconds);
    },
  };
}

function watchIncidents(registry: Registry, db: Database): void {
  const registers = [registry];
  new Gauge({
    name: 'plumbline_incidents_open',
    help: 'Incidents that are not resolved',
    labelNames: ['severity', 'state'] as const,
    registers,
    async collect() {
      this.reset();
      for (const { severity, state, n } of await whereItAnswers(countOpenIncidents(db)))
        this.set({ severity, state }, n);
    },
  });
  new Gauge({
    name: 'plumbline_notifications_waiting',
    help: 'Notifications that wait, and dead letters',
    labelNames: ['channel', 'status'] as const,
    registers,
    async collect() {
      this.reset();
      for (const { channel, status, n } of await whereItAnswers(countNotifications(db)))
        this.set({ channel, status }, n);
    },
  });
}

/** The page is read most when the database is away: what it alone knows is then left out. */
function whereItAnswers<Row>(rows: Promise<Row[]>): Promise<Row[]> {
  return rows.catch(() => []);
}
