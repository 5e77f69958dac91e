import type { IngestMetrics } from './ingest/ingest.ts';
import type { WatchMetrics } from './monitor/deps.ts';
import type { DeliveryMetrics } from './notify/deliver.ts';

const nothing = () => {};

/** For whoever runs the parts of the service without its metrics page. */
export const NO_METRICS: IngestMetrics & WatchMetrics & DeliveryMetrics = {
  ...{ accepted: nothing, rejected: nothing, duplicates: nothing, flushed: nothing },
  ...{ ticked: nothing, ranSlot: nothing, skippedSlots: nothing, changed: nothing, decided: nothing },
  delivered: nothing,
};
