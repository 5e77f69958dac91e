import type { IngestMetrics } from './services/ingest/ingest.ts';
import type { MonitorMetrics } from './services/monitors/context.ts';
import type { DeliveryMetrics } from './services/notify/deliver.ts';

const nothing = () => {};

/** For whoever runs the parts of the service without its metrics page. */
export const NO_METRICS: IngestMetrics & MonitorMetrics & DeliveryMetrics = {
  ...{ accepted: nothing, rejected: nothing, duplicates: nothing, flushed: nothing },
  ...{ ticked: nothing, ran: nothing, skippedRuns: nothing, changed: nothing, decided: nothing },
  delivered: nothing,
};
