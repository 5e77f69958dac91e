import { AppError } from '../../core/errors.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import type { Incident } from '../../core/incident/incident.ts';
import { addAuditEntry } from '../../store/audit-log.ts';
import type { Queryable } from '../../store/database.ts';
import {
  findIncident,
  lockIncident,
  lockIncidents,
  type StoredIncident,
  type TriageUpdate,
  updateTriage,
} from '../../store/incidents.ts';
import { lockMonitor } from '../../store/monitors.ts';
import type { IncidentContext } from './context.ts';
import { requestFor } from './notify-due-incidents.ts';
import { notifyIncident } from './notify-incident.ts';

/** What a person does about an incident. */
export type IncidentAction =
  | { readonly action: 'acknowledge' | 'unacknowledge' | 'unsilence' | 'resolve' | 'reopen' }
  | { readonly action: 'silence'; readonly untilMs: number }
  | { readonly action: 'assign'; readonly to: string | null }
  | { readonly action: 'annotate' };

export interface TriageAuthor {
  readonly by: string;
  readonly note?: string | undefined;
}

/** Does it, records who did, and notifies people as the policy decides. */
export async function triageIncident(
  context: IncidentContext,
  id: number,
  action: IncidentAction,
  { by, note }: TriageAuthor,
): Promise<StoredIncident> {
  const triaged = await context.db.transaction(async (tx) => {
    const stored = await lockWithMonitor(tx, id, action);
    if (stored === undefined)
      throw new AppError('incident_not_found', `No incident ${id} exists; GET /v1/incidents lists them.`);
    const nowMs = context.clock.now();
    const triage = triageAfter(stored, action, by, nowMs);
    const incident = await incidentAfter(tx, stored, action, nowMs);
    const details = { ...detailsOf(action), ...(note === undefined ? {} : { note }) };
    await addAuditEntry(tx, stored, { atMs: nowMs, who: by, what: action.action, details });
    const after = { ...stored, ...triage, incident };
    await updateTriage(tx, id, after, nowMs);
    const ended =
      action.action === 'resolve' ? { ended: `Resolved by ${by}: no window has passed since it failed.` } : {};
    await notifyIncident(tx, context, after, { ...(await requestFor(tx, context, after)), ...ended });
    return after;
  });
  context.notifySoon();
  return triaged;
}

/** The monitor first, as a run does: two that lock in opposite orders would wait for one another. */
async function lockWithMonitor(
  tx: Queryable,
  id: number,
  { action }: IncidentAction,
): Promise<StoredIncident | undefined> {
  const known = await findIncident(tx, id);
  if (known === undefined) return undefined;
  const monitor = await lockMonitor(tx, known.monitorId);
  if (action === 'reopen' && monitor === undefined) {
    throw new AppError(
      'conflict',
      `Its monitor "${known.monitor}" is gone: nothing would ever end the incident again.`,
    );
  }
  return lockIncident(tx, id);
}

function triageAfter(stored: StoredIncident, action: IncidentAction, by: string, nowMs: number): TriageUpdate {
  switch (action.action) {
    case 'acknowledge':
      return {
        ...stored,
        acknowledgedAtMs: stored.acknowledgedAtMs ?? nowMs,
        acknowledgedBy: stored.acknowledgedBy ?? by,
      };
    case 'unacknowledge':
    case 'reopen':
      return { ...stored, acknowledgedAtMs: null, acknowledgedBy: null };
    case 'silence':
      return { ...stored, silencedUntilMs: action.untilMs };
    case 'unsilence':
      return { ...stored, silencedUntilMs: null };
    case 'assign':
      return { ...stored, assignedTo: action.to };
    default:
      return stored;
  }
}

async function incidentAfter(
  tx: Queryable,
  stored: StoredIncident,
  { action }: IncidentAction,
  nowMs: number,
): Promise<Incident> {
  const { incident } = stored;
  if (action === 'resolve') {
    if (incident.state === 'resolved') throw new AppError('conflict', 'The incident is resolved already.');
    return { ...incident, state: 'resolved', resolvedAtMs: nowMs, failures: 0 };
  }
  if (action !== 'reopen') return incident;
  if (incident.state !== 'resolved')
    throw new AppError('conflict', `The incident is ${incident.state}: only a resolved one can be reopened.`);
  await assertNoOther(tx, stored, nowMs);
  return { ...incident, state: 'firing', resolvedAtMs: null, openedAtMs: incident.openedAtMs ?? nowMs, passes: 0 };
}

async function assertNoOther(tx: Queryable, stored: StoredIncident, nowMs: number): Promise<void> {
  const open = await lockIncidents(tx, stored.monitorId, nowMs);
  const other = open.find(
    ({ group, id, incident }) => group === stored.group && id !== stored.id && incident.state !== 'resolved',
  );
  if (other === undefined) return;
  throw new AppError('conflict', `Incident ${other.id} of the same monitor is open: there is one at a time.`);
}

function detailsOf(action: IncidentAction): Record<string, unknown> {
  if (action.action === 'silence') return { until: isoTime(action.untilMs) };
  return action.action === 'assign' ? { to: action.to } : {};
}
