import type { Evaluation } from '../../core/evaluation/evaluation.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { type FailingCheck, NOT_EVALUATED } from '../../core/incident/failing-check.ts';
import type { Change, Incident } from '../../core/incident/incident.ts';
import { NO_DATA_GROUP, type OpenGroups, type Signal, signalsOf } from '../../core/incident/signal.ts';
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

/** A monitor as its runs need it. */
export interface WatchedMonitor {
  readonly id: number;
  readonly streamId: number;
  readonly spec: MonitorSpec;
}

/** How one window ended: an evaluation, or the reason why there is none. */
export interface WindowResult {
  readonly slotMs: number;
  readonly nowMs: number;
  readonly evaluation: Evaluation | undefined;
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
 * Moves the incidents of a monitor by what its window says, and notifies people as the policy decides. In the transaction that completes the
 * run.
 *
 * @returns the incidents that changed, and whether anything waits in the outbox
 */
export async function stepIncidents(
  tx: Queryable,
  context: IncidentContext,
  monitor: WatchedMonitor,
  result: WindowResult,
): Promise<{ changed: SteppedIncident[]; hasNotified: boolean }> {
  const { spec } = monitor;
  const known = currentByGroup(await lockIncidents(tx, monitor.id, result.slotMs - spec.step.dedupWindowMs));
  const changed: SteppedIncident[] = [];
  let hasNotified = false;
  for (const [group, signal] of signalsOfResult(spec, result, openGroups(known))) {
    const before = known.get(group);
    const { incident, change } = step(before?.incident, signal, spec.step);
    if (change !== undefined) context.metrics.changed(change.reason);
    if (incident === undefined) {
      if (before !== undefined) await deleteIncident(tx, before);
      continue;
    }
    if (incident === before?.incident) continue;
    const stored = await storeStep(tx, monitor, result, { group, before, incident, change, signal });
    if (change !== undefined) changed.push({ id: stored.id, group, incident, change });
    const request = {
      rules: spec.notificationPolicy,
      channels: spec.channels,
      links: spec.links,
      evaluated: result.evaluation,
      nowMs: result.nowMs,
    };
    if (await notifyIncident(tx, context, stored, request)) hasNotified = true;
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

/** What the open incidents failed on last, by group. */
export function openGroups(current: ReadonlyMap<string, StoredIncident>): OpenGroups {
  const open = new Map<string, readonly FailingCheck[]>();
  for (const [group, { incident }] of current) if (incident.state !== 'resolved') open.set(group, incident.failing);
  return open;
}

export function signalsOfResult(
  spec: MonitorSpec,
  { evaluation, slotMs, failure }: WindowResult,
  open: OpenGroups,
): Map<string, Signal> {
  if (evaluation !== undefined) return signalsOf(evaluation, spec, open);
  const { noData } = spec.severity;
  if (noData === 'off') return new Map();
  const failing: FailingCheck = {
    check: NOT_EVALUATED,
    kind: 'volume',
    feature: null,
    text: `the window could not be evaluated: ${failure}`,
    severity: noData,
    strength: 1,
  };
  const signal: Signal = { verdict: 'fail', slotMs, windowMs: spec.windowMs, isEvident: true, failing: [failing] };
  return new Map([[NO_DATA_GROUP, signal]]);
}

/** One incident of a group, moved by a signal. */
interface Moved {
  readonly group: string;
  readonly before: StoredIncident | undefined;
  readonly incident: Incident;
  readonly change: Change | undefined;
  readonly signal: Signal;
}

/** Writes down the incident's report and its change; `notifyIncident` writes the incident itself. */
async function storeStep(
  tx: Queryable,
  monitor: WatchedMonitor,
  { reportId, nowMs }: WindowResult,
  moved: Moved,
): Promise<StoredIncident> {
  const { before, incident, change, signal } = moved;
  const isNew = before === undefined || change?.from === null;
  const stored = isNew ? await insertMoved(tx, monitor, moved, nowMs) : await withoutTriage(tx, before, change, nowMs);
  if (reportId !== null && signal.verdict === 'fail') await addIncidentReport(tx, stored, reportId);
  if (change !== undefined) {
    const details = detailsOf(change, signal);
    await addAuditEntry(tx, stored, { atMs: nowMs, who: 'plumbline', what: change.reason, details });
  }
  return { ...stored, incident };
}

async function insertMoved(
  tx: Queryable,
  { id: monitorId, streamId, spec }: WatchedMonitor,
  { group, incident }: Moved,
  nowMs: number,
): Promise<StoredIncident> {
  const { name: monitor, labels, service, endpoint } = spec;
  const id = await insertIncident(tx, { streamId, monitorId, monitor, group, labels, incident, nowMs });
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
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    silencedUntilMs: null,
    assignedTo: null,
    updatedAtMs: nowMs,
  };
}

/** What comes back is a new outbreak: nobody has acknowledged that one. */
async function withoutTriage(
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
