import { NO_DATA_GROUP } from '../../core/incident/signal.ts';
import { findSpec, type MonitorSpec, readSpec } from '../../core/monitor/monitor-spec.ts';
import { nextSlot } from '../../core/time/schedule.ts';
import type { Queryable } from '../../store/database.ts';
import { readDatabaseTime } from '../../store/database-time.ts';
import {
  deleteMonitor,
  insertMonitor,
  lockMonitor,
  type MonitorInsert,
  type StoredMonitor,
  updateMonitor,
} from '../../store/monitors.ts';
import { getOrCreateStream } from '../../store/streams.ts';
import { closeIncidents } from '../incidents/close-incidents.ts';
import type { MonitorContext } from './context.ts';

/** A checked document that becomes a monitor, in the place of an old one where there is one. */
export interface MonitorChange {
  readonly document: unknown;
  readonly origin: MonitorInsert['origin'];
  readonly old: StoredMonitor | undefined;
  /** The pattern that makes it. */
  readonly patternId?: number | undefined;
}

/** Makes a monitor of a checked document, or puts it in the place of the one before. Unchanged schedules keep their next slot. */
export async function putMonitor(
  tx: Queryable,
  context: MonitorContext,
  { document, origin, old, patternId }: MonitorChange,
): Promise<number> {
  const spec = readSpec(document);
  const stream = await getOrCreateStream(tx, spec.service, spec.endpoint);
  // As it is now: a slot may have been completed since it was listed.
  const before = old && (await lockMonitor(tx, old.id));
  const nowMs = await readDatabaseTime(tx, context.clock);
  const nextSlotMs = (before && keptSlot(before, spec)) ?? nextSlot(spec.schedule, nowMs);
  const row: MonitorInsert = {
    streamId: stream.id,
    name: spec.name,
    spec: document,
    origin,
    patternId,
    paused: isPaused(document, spec, before),
    nowMs,
    nextSlotMs,
    dueAtMs: nextSlotMs + spec.delayMs,
  };
  if (before === undefined) return insertMonitor(tx, row);
  if (before.origin === origin && differencesOf(before.spec, document).length === 0) return before.id;
  await closeUnreachable(tx, context, before, spec);
  await updateMonitor(tx, before.id, row);
  return before.id;
}

/** One that was paused by hand stays so, unless the document says otherwise. */
function isPaused(document: unknown, spec: MonitorSpec, before: StoredMonitor | undefined): boolean {
  return Object.hasOwn(document as object, 'paused') ? spec.paused : (before?.paused ?? spec.paused);
}

function keptSlot(before: StoredMonitor, spec: MonitorSpec): number | undefined {
  const isSame = JSON.stringify(findSpec(before.spec)?.schedule) === JSON.stringify(spec.schedule);
  return isSame && !before.paused ? before.nextSlotMs : undefined;
}

/** Incidents that the new settings would never reach again. */
async function closeUnreachable(
  tx: Queryable,
  context: MonitorContext,
  before: StoredMonitor,
  spec: MonitorSpec,
): Promise<void> {
  const old = findSpec(before.spec);
  const isOther = spec.service !== before.service || spec.endpoint !== before.endpoint || spec.groupBy !== old?.groupBy;
  const isSilent = (group: string) => group === NO_DATA_GROUP && spec.severity.noData === 'off';
  await closeIncidents(tx, context, before, {
    reason: 'monitor_changed',
    endsGroup: (group) => isOther || isSilent(group),
  });
}

/** Its open incidents end with it; those who were notified of them hear of it. */
export async function removeMonitor(tx: Queryable, context: MonitorContext, monitor: StoredMonitor): Promise<void> {
  if ((await lockMonitor(tx, monitor.id)) === undefined) return;
  await closeIncidents(tx, context, monitor, { reason: 'monitor_deleted' });
  await deleteMonitor(tx, monitor.id);
}

/** What differs between two documents, a line each: `window: "30m" → "1h"`. */
export function differencesOf(before: unknown, after: unknown): string[] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths.flatMap((path) => {
    const [from, to] = [old.get(path), now.get(path)];
    if (from === to) return [];
    if (from === undefined) return [`${path}: ${to} (new)`];
    return to === undefined ? [`${path}: ${from} (removed)`] : [`${path}: ${from} → ${to}`];
  });
}

function leavesOf(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[path, JSON.stringify(value) ?? 'null']]);
  if (Array.isArray(value) || Object.keys(value).length === 0) return new Map([[path, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...leavesOf(inner, path === '' ? key : `${path}.${key}`)]),
  );
}
