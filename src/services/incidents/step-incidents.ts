import type { ReportBody } from '../../core/drift/report.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import type { Change, Incident } from '../../core/incident/incident.ts';
import { NO_DATA_GROUP, type Signal, signalsOf } from '../../core/incident/signal.ts';
import { step } from '../../core/incident/step.ts';
import type { MonitorSpec } from '../../core/monitor/monitor-spec.ts';
import { addAuditEntry, addIncidentReport } from '../../store/audit-log.ts';
import type { Queryable } from '../../store/database.ts';
import {
  deleteIncident,
  insertIncident,
  lockIncidents,
  type StoredIncident,
  updateTriage,
} from '../../store/incidents.ts';
import type { IncidentContext } from './context.ts';
import { notifyIncident } from './notify-incident.ts';

/** A monitor as its slots need it. */
export interface WatchedMonitor {
  readonly id: number;
  readonly streamId: number;
  readonly spec: MonitorSpec;
}

/** How one window ended: a report, or the reason why there is none. */
export interface WindowResult {
  readonly slotMs: number;
  readonly nowMs: number;
  readonly report: ReportBody | undefined;
  readonly reportId: number | null;
  readonly failure: string | undefined;
}

export interface SteppedIncident {
  readonly id: number;
  readonly group: string;
  readonly incident: Incident;
  readonly change: Change;
}

/**
 * Moves the incidents of a monitor by what its window says, and tells people what is worth telling. In the transaction that completes the slot.
 *
 * @returns the incidents that changed, and whether anything waits in the outbox
 */
export async function stepIncidents(
  tx: Queryable,
  deps: IncidentContext,
  monitor: WatchedMonitor,
  result: WindowResult,
): Promise<{ changed: SteppedIncident[]; hasNotified: boolean }> {
  const { spec } = monitor;
  const known = currentByGroup(await lockIncidents(tx, monitor.id, result.slotMs - spec.step.dedupWindowMs));
  const open = [...known.values()].filter(({ incident }) => incident.state !== 'resolved').map(({ group }) => group);
  const changed: SteppedIncident[] = [];
  let hasNotified = false;
  for (const [group, signal] of signalsOfResult(spec, result, open)) {
    const before = known.get(group);
    const { incident, change } = step(before?.incident, signal, spec.step);
    if (change !== undefined) deps.metrics.changed(change.reason);
    if (incident === undefined) {
      if (before !== undefined) await deleteIncident(tx, before);
      continue;
    }
    if (incident === before?.incident) continue;
    const stored = await storedFor(tx, monitor, group, before, incident, change, result.nowMs);
    if (result.reportId !== null && signal.verdict === 'fail') await addIncidentReport(tx, stored, result.reportId);
    if (change !== undefined) {
      await addAuditEntry(tx, stored, {
        atMs: result.nowMs,
        who: 'plumbline',
        what: change.reason,
        details: detailsOf(change, signal),
      });
      changed.push({ id: stored.id, group, incident, change });
    }
    const context = {
      rules: spec.notificationPolicy,
      channels: spec.channels,
      report: result.report,
      nowMs: result.nowMs,
    };
    if (await notifyIncident(tx, deps, stored, incident, context)) hasNotified = true;
  }
  return { changed, hasNotified };
}

/** The open one of each group, else the newest resolved one; they come newest first. */
export function currentByGroup(incidents: readonly StoredIncident[]): Map<string, StoredIncident> {
  const current = new Map<string, StoredIncident>();
  for (const stored of incidents) {
    const other = current.get(stored.group);
    const isBetter =
      other === undefined || (other.incident.state === 'resolved' && stored.incident.state !== 'resolved');
    if (isBetter) current.set(stored.group, stored);
  }
  return current;
}

export function signalsOfResult(
  spec: MonitorSpec,
  { report, slotMs, failure }: WindowResult,
  openGroups: readonly string[],
): Map<string, Signal> {
  if (report !== undefined) return signalsOf(report, spec.severity, spec.groupBy, openGroups);
  const { noData } = spec.severity;
  if (noData === 'off') return new Map();
  const text = `the window could not be evaluated: ${failure}`;
  const failing = [{ check: 'not_evaluated', feature: null, text, severity: noData, strength: 1 }];
  return new Map([[NO_DATA_GROUP, { verdict: 'fail', slotMs, windowMs: spec.windowMs, isFact: true, failing }]]);
}

async function storedFor(
  tx: Queryable,
  { id: monitorId, streamId, spec }: WatchedMonitor,
  group: string,
  before: StoredIncident | undefined,
  incident: Incident,
  change: Change | undefined,
  nowMs: number,
): Promise<StoredIncident> {
  if (before !== undefined && change?.from !== null) return asHandled(tx, before, change, nowMs);
  const { name: monitor, labels, service, endpoint } = spec;
  const id = await insertIncident(tx, { streamId, monitorId, monitor, group, labels, incident, nowMs });
  const triage = { acknowledgedAtMs: null, acknowledgedBy: null, silencedUntilMs: null, assignedTo: null };
  return {
    id,
    streamId,
    service,
    endpoint,
    monitorId,
    monitor,
    group,
    labels,
    incident,
    lastNotification: null,
    ...triage,
    updatedAtMs: nowMs,
  };
}

/** What comes back is a new outbreak: nobody has acknowledged that one. */
async function asHandled(
  tx: Queryable,
  stored: StoredIncident,
  change: Change | undefined,
  nowMs: number,
): Promise<StoredIncident> {
  if (change?.reason !== 'reopened' || stored.acknowledgedAtMs === null) return stored;
  const fresh = { ...stored, acknowledgedAtMs: null, acknowledgedBy: null };
  await updateTriage(tx, stored.id, fresh, nowMs);
  return fresh;
}

function detailsOf({ from, to }: Change, signal: Signal): Record<string, unknown> {
  const checks = signal.failing.slice(0, 20).map(({ check, severity, text }) => ({ check, severity, text }));
  return { from, to, window_end: isoTime(signal.slotMs), checks };
}
