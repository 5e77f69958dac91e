import type { RunStatus } from '../../core/monitor/run-status.ts';
import { type IncidentContext, type IncidentMetrics, SILENT_INCIDENT_METRICS } from '../incidents/context.ts';

/** What the scheduler reports of itself; the metrics page listens. */
export interface MonitorMetrics extends IncidentMetrics {
  /** The scheduler has looked for due runs: an alert on how long ago that was finds a scheduler that stands still. */
  ticked(nowMs: number): void;
  /** A run: how it ended, how long after it was due, and how long it took. */
  ran(status: Exclude<RunStatus, 'skipped'>, lateSeconds: number, seconds: number): void;
  skippedRuns(slots: number): void;
}

export const SILENT_MONITOR_METRICS: MonitorMetrics = {
  ...SILENT_INCIDENT_METRICS,
  ticked: () => {},
  ran: () => {},
  skippedRuns: () => {},
};

/** What monitors are applied and run with. */
export interface MonitorContext extends IncidentContext {
  readonly channelNames: ReadonlySet<string>;
  readonly metrics: MonitorMetrics;
}
