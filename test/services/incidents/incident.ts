import { listAuditLog } from '../../../src/store/audit-log.ts';
import { listIncidents, type StoredIncident } from '../../../src/store/incidents.ts';
import { TEN } from '../monitors/runs.ts';
import { START, slotAt, type Watching } from '../monitors/watching.ts';

/** Windows of ten minutes, one after the other: an amount each; null is a window without events. */
export async function live(watching: Watching, amounts: readonly (number | null)[], from = 0): Promise<void> {
  for (const [i, amount] of amounts.entries()) {
    const startMs = START + (from + i) * TEN;
    if (amount !== null) await watching.pay(startMs, startMs + TEN, amount);
    await watching.runAt(slotAt(from + i + 1));
  }
}

/** The one incident that there is. */
export async function only({ db }: Watching) {
  const { incidents } = await listIncidents(db, { limit: 10 });
  if (incidents[0] === undefined || incidents.length > 1) throw new Error(`${incidents.length} incidents`);
  return incidents[0];
}

export const trailOf = async ({ db }: Watching, incident: StoredIncident) =>
  (await listAuditLog(db, incident)).map(({ what }) => what);

export const reasons = (watching: Watching) => watching.channel.sent.map(({ reason }) => reason);

export const who = { by: 'anna', note: 'rolled back' };
