import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { IngestMetrics } from '../ingest/ingest.ts';

/** Called once for each answer of one route. */
export type ObserveRequest = (statusCode: number, seconds: number) => void;

export interface Metrics extends IngestMetrics {
  readonly contentType: string;
  /** The labels are resolved here, once a route, and not once a request. */
  requestObserver(method: string, route: string): ObserveRequest;
  /** Bytes are counted where they are taken; the page asks when it is read. */
  watchBytesInFlight(read: () => number): void;
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
    contentType: registry.contentType,
    requestObserver: requestObservers(registry),
    watchBytesInFlight: (read) => watchBytesInFlight(registry, read),
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
    help: 'Events refused, by the code that the sender was told',
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
