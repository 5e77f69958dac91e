import { reasonOf } from '../../core/format/reason-of.ts';
import { linksOf } from '../../core/incident/links.ts';
import { DEFAULT_NOTIFICATION_POLICY } from '../../core/incident/notification-policy.ts';
import { findSpec } from '../../core/monitor/monitor-spec.ts';
import type { Queryable } from '../../store/database.ts';
import { lockIncidentToNotify, type StoredIncident } from '../../store/incidents.ts';
import { findMonitorById } from '../../store/monitors.ts';
import type { IncidentContext } from './context.ts';
import { type NotificationRequest, notifyIncident } from './notify-incident.ts';

const MOST_AT_ONCE = 1_000;

/** Reminders, and what a silence or quiet hours held back, once their time has come. */
export async function notifyDueIncidents(context: IncidentContext): Promise<void> {
  let hasNotified = false;
  const failed: number[] = [];
  for (let i = 0; i < MOST_AT_ONCE; i++) {
    const asked = await notifyOne(context, failed);
    if (asked === undefined) break;
    if (asked) hasNotified = true;
  }
  if (hasNotified) context.notifySoon();
}

/** One incident in a transaction of its own: what goes wrong with it holds up no other. Undefined when none is left. */
async function notifyOne(context: IncidentContext, failed: number[]): Promise<boolean | undefined> {
  let id: number | undefined;
  try {
    return await context.db.transaction(async (tx) => {
      const due = await lockIncidentToNotify(tx, context.clock, failed);
      if (due === undefined) return undefined;
      id = due.id;
      return notifyIncident(tx, context, due, { ...(await requestFor(tx, context, due)), nowMs: due.nowMs });
    });
  } catch (error) {
    if (id === undefined) throw error;
    failed.push(id);
    context.log.warn(
      { incident: id, reason: reasonOf(error) },
      'the notification of this incident could not be written; it is tried again',
    );
    return false;
  }
}

/** How an incident's monitor notifies; by default settings when the monitor is gone. */
export async function requestFor(
  tx: Queryable,
  { clock }: IncidentContext,
  stored: StoredIncident,
): Promise<NotificationRequest> {
  const monitor = await findMonitorById(tx, stored.monitorId);
  const spec = findSpec(monitor?.spec);
  return {
    rules: spec?.notificationPolicy ?? DEFAULT_NOTIFICATION_POLICY,
    channels: spec?.channels,
    links: spec?.links ?? linksOf({}, stored.labels),
    evaluated: undefined,
    nowMs: clock.now(),
  };
}
