import type { ReportBody } from '../../core/drift/report.ts';
import { buildMessage } from '../../core/incident/build-message.ts';
import type { Incident, Told } from '../../core/incident/incident.ts';
import type { TellReason } from '../../core/incident/message.ts';
import { chooseChannels } from '../../core/incident/route.ts';
import { askAgainAt, decideTelling, type TellRules } from '../../core/incident/tell.ts';
import type { Queryable } from '../../store/database.ts';
import { addTrail, findLastReport } from '../../store/incident-trail.ts';
import { type StoredIncident, updateIncident } from '../../store/incidents.ts';
import { insertNotifications } from '../../store/notifications.ts';
import type { IncidentContext } from './context.ts';

export interface TellContext {
  readonly rules: TellRules;
  /** The monitor's own channels; else the routes choose. */
  readonly channels: readonly string[] | undefined;
  /** The report that this comes from; without one the incident's last is told. */
  readonly report: ReportBody | undefined;
  /** Who or what ended it, where no window did. */
  readonly ended?: string;
  readonly nowMs: number;
}

/**
 * Writes an incident as it now is, and what people are told of it, in one transaction with the change itself.
 *
 * @returns whether anything went into the outbox
 */
export async function tellIncident(
  tx: Queryable,
  deps: IncidentContext,
  stored: StoredIncident,
  incident: Incident,
  context: TellContext,
): Promise<boolean> {
  const { rules, nowMs } = context;
  const before = stored.told ?? undefined;
  const decision = decideTelling(incident, before, stored, rules, nowMs);
  deps.metrics.decided(decision.tell, decision.reason);
  const told = decision.tell ? await tell(tx, deps, { ...stored, incident }, decision.reason, context) : before;
  const askAtMs = askAgainAt(incident, told, stored, rules, nowMs);
  await updateIncident(tx, stored.id, { incident, told: told ?? null, askAtMs, nowMs });
  return decision.tell && (told?.channels.length ?? 0) > 0;
}

async function tell(
  tx: Queryable,
  deps: IncidentContext,
  stored: StoredIncident,
  reason: TellReason,
  { channels: own, report, nowMs, ended }: TellContext,
): Promise<Told> {
  const { incident, id, streamId, told } = stored;
  const chosen = own ?? chooseChannels(deps.routes, { ...stored, severity: incident.severity });
  // Whoever was told of it is told of its end.
  const channels = [...new Set(reason === 'resolved' ? [...chosen, ...(told?.channels ?? [])] : chosen)];
  const message = buildMessage({
    ...stored,
    ...{ id: `plumbline-${id}-${nowMs}-${reason}`, incidentId: id, told: told ?? undefined },
    ...{ reason, report: report ?? (await lastReport(tx, stored)), nowMs, url: urlOf(deps, id), ended },
  });
  const inserts = channels.map((channel) => ({ streamId, incidentId: id, channel, message }));
  await insertNotifications(tx, deps.clock, inserts);
  await addTrail(tx, stored, { atMs: nowMs, who: 'plumbline', what: `told_${reason}`, details: { channels } });
  const earlier = reason === 'reopened' || reason === 'opened' ? [] : (told?.channels ?? []);
  return {
    atMs: nowMs,
    state: incident.state === 'resolved' ? 'resolved' : 'firing',
    severity: incident.severity,
    checks: incident.failing.map(({ check }) => check),
    channels: [...new Set([...earlier, ...channels])],
  };
}

async function lastReport(tx: Queryable, stored: StoredIncident): Promise<ReportBody | undefined> {
  const body = await findLastReport(tx, stored);
  return body === undefined ? undefined : (JSON.parse(body) as ReportBody);
}

function urlOf({ config }: IncidentContext, id: number): string | null {
  return config.PUBLIC_URL === undefined ? null : `${config.PUBLIC_URL.replace(/\/+$/, '')}/v1/incidents/${id}`;
}
