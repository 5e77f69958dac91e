import { NOT_2XX } from '../../core/evaluation/failure-status.ts';
import { NO_DATA_GROUP } from '../../core/incident/signal.ts';
import { findSpec, type MonitorSpec, readSpec } from '../../core/monitor/monitor-spec.ts';
import { nextSlot } from '../../core/time/schedule.ts';
import type { Queryable } from '../../store/database.ts';
import { readDatabaseTime } from '../../store/database-time.ts';
import {
  deleteMonitor,
  insertMonitor,
  listAllMonitors,
  lockMonitor,
  type MonitorInsert,
  type StoredMonitor,
  updateMonitor,
} from '../../store/monitors.ts';
import { failedWith } from '../../store/sql-state.ts';
import { getOrCreateStream } from '../../store/streams.ts';
import { closeIncidents } from '../incidents/close-incidents.ts';
import { assertMonitors } from './check-monitors.ts';
import type { MonitorContext } from './context.ts';

export interface ApplyRequest {
  readonly monitors: readonly unknown[];
  /** Monitors that an earlier file brought and this one does not have are deleted. */
  readonly prune: boolean;
  /** Say what would change, and change nothing. */
  readonly dryRun: boolean;
}

export interface ApplyAnswer {
  readonly created: readonly string[];
  readonly changed: readonly { readonly name: string; readonly differences: readonly string[] }[];
  readonly unchanged: readonly string[];
  readonly deleted: readonly string[];
}

/**
 * Makes the monitors be what the documents say, all or none. Applied twice, the second time changes nothing.
 *
 * @throws AppError invalid_monitor that lists every error
 */
export async function applyMonitors(context: MonitorContext, request: ApplyRequest): Promise<ApplyAnswer> {
  await assertMonitors(context, request.monitors);
  for (let tries = 1; ; tries++) {
    try {
      return await applyOnce(context, request);
    } catch (error) {
      // Another process applies the same file at the same moment: what it wrote is seen the next time.
      if (tries === MOST_TRIES || !failedWith(error, 'UNIQUE_VIOLATION', 'DEADLOCK_DETECTED')) throw error;
    }
  }
}

const MOST_TRIES = 5;

function applyOnce(context: MonitorContext, request: ApplyRequest): Promise<ApplyAnswer> {
  return context.db.transaction(async (tx) => {
    const known = new Map((await listAllMonitors(tx)).map((monitor) => [monitor.name, monitor]));
    const answer = {
      created: [] as string[],
      changed: [] as ApplyAnswer['changed'][number][],
      unchanged: [] as string[],
    };
    const documents = (request.monitors as readonly FileDocument[]).map((document) =>
      keepFailureStatus(document, known.get(document.name)),
    );
    for (const document of documents) {
      const before = known.get(document.name);
      const differences = before === undefined ? [] : differencesOf(before.spec, document);
      if (before !== undefined && differences.length === 0 && before.origin === 'file')
        answer.unchanged.push(document.name);
      else if (before === undefined) answer.created.push(document.name);
      else answer.changed.push({ name: document.name, differences });
      if (!request.dryRun) await putMonitor(tx, context, { document, origin: 'file', old: before });
    }
    const deleted = request.prune ? gone(known, new Set(documents.map(({ name }) => name))) : [];
    if (!request.dryRun) for (const monitor of deleted) await removeMonitor(tx, context, monitor);
    return { ...answer, deleted: deleted.map(({ name }) => name) };
  });
}

interface FileDocument {
  readonly name: string;
  readonly slo?: { readonly failure_status?: readonly unknown[] };
}

/**
 * A file from before the choice says nothing of failures, and meant what is not 2xx: the upgrade wrote that into its monitors. The same file
 * must not weaken their level, so it stays until the file names `failure_status`.
 */
function keepFailureStatus(document: FileDocument, before: StoredMonitor | undefined): FileDocument {
  const kept = (before?.spec as FileDocument | undefined)?.slo?.failure_status;
  if (document.slo?.failure_status !== undefined || kept?.[0] !== NOT_2XX) return document;
  return { ...document, slo: { ...document.slo, failure_status: kept } };
}

/** A checked document that becomes a monitor, in the place of an old one where there is one. */
export interface MonitorChange {
  readonly document: unknown;
  readonly origin: MonitorInsert['origin'];
  readonly old: StoredMonitor | undefined;
}

/** Makes a monitor of a checked document, or puts it in the place of the one before. Unchanged schedules keep their next slot. */
export async function putMonitor(
  tx: Queryable,
  context: MonitorContext,
  { document, origin, old }: MonitorChange,
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

function gone(known: ReadonlyMap<string, StoredMonitor>, wanted: ReadonlySet<string>): StoredMonitor[] {
  return [...known.values()].filter(({ name, origin }) => origin === 'file' && !wanted.has(name));
}

/** What differs between two documents, a line each: `window: "30m" → "1h"`. */
function differencesOf(before: unknown, after: unknown): string[] {
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
