import type { ChangeReason } from '../../core/incident/incident.ts';
import type { Route } from '../../core/incident/route.ts';
import type { StoreLog } from '../../store/database.ts';
import type { EvaluationContext } from '../evaluation/context.ts';

/** What incidents report of themselves; the metrics page listens. */
export interface IncidentMetrics {
  changed(reason: ChangeReason): void;
  /** Whether people were notified, and why. */
  decided(notify: boolean, reason: string): void;
}

export const SILENT_INCIDENT_METRICS: IncidentMetrics = { changed: () => {}, decided: () => {} };

/** What incidents are moved and notified with. */
export interface IncidentContext extends EvaluationContext {
  readonly routes: readonly Route[];
  /** The channels whose receivers keep an alert for each incident. */
  readonly stateChannels: ReadonlySet<string>;
  readonly log: StoreLog;
  readonly metrics: IncidentMetrics;
  /** There is something in the outbox: called after the commit. */
  notifySoon(): void;
}
