import type { Queryable } from '../store/database.ts';
import {
  deleteMonitor,
  insertMonitor,
  listMonitors,
  type MonitorInsert,
  type StoredMonitor,
  updateMonitor,
} from '../store/monitors.ts';
import { getOrCreateStream } from '../store/streams.ts';
import { nextSlot } from '../time/schedule.ts';
import { assertMonitors } from './check-monitors.ts';
import { closeIncidents } from './close-incidents.ts';
import type { WatchDeps } from './deps.ts';
import { type MonitorSpec, readSpec } from './monitor-spec.ts';

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
export async function applyMonitors(deps: WatchDeps, request: ApplyRequest): Promise<ApplyAnswer> {
  assertMonitors(request.monitors, deps.channelNames);
  const documents = request.monitors as readonly { readonly name: string }[];
  return deps.db.transaction(async (tx) => {
    const known = new Map((await listAll(tx)).map((monitor) => [monitor.name, monitor]));
    const answer = {
      created: [] as string[],
      changed: [] as ApplyAnswer['changed'][number][],
      unchanged: [] as string[],
    };
    for (const document of documents) {
      const before = known.get(document.name);
      const differences = before === undefined ? [] : differencesOf(before.spec, document);
      if (before !== undefined && differences.length === 0 && before.origin === 'file')
        answer.unchanged.push(document.name);
      else if (before === undefined) answer.created.push(document.name);
      else answer.changed.push({ name: document.name, differences });
      if (!request.dryRun) await putMonitor(tx, deps, document, 'file', before);
    }
    const deleted = request.prune ? gone(known, new Set(documents.map(({ name }) => name))) : [];
    if (!request.dryRun) for (const monitor of deleted) await removeMonitor(tx, deps, monitor);
    return { ...answer, deleted: deleted.map(({ name }) => name) };
  });
}

/** Makes a monitor of a checked document, or puts it in the place of the one before. Unchanged schedules keep their next slot. */
export async function putMonitor(
  tx: Queryable,
  deps: WatchDeps,
  document: unknown,
  origin: MonitorInsert['origin'],
  before: StoredMonitor | undefined,
): Promise<number> {
  const spec = readSpec(document);
  const nowMs = deps.clock.now();
  const stream = await getOrCreateStream(tx, spec.service, spec.endpoint);
  const old = before === undefined ? undefined : readSpec(before.spec);
  const isSameSchedule = JSON.stringify(old?.schedule) === JSON.stringify(spec.schedule) && !before?.paused;
  const nextSlotMs = isSameSchedule && before !== undefined ? before.nextSlotMs : nextSlot(spec.schedule, nowMs);
  const row: MonitorInsert = {
    ...{ streamId: stream.id, name: spec.name, spec: document, origin, paused: spec.paused },
    ...{ nowMs, nextSlotMs, dueAtMs: nextSlotMs + spec.delayMs },
  };
  if (before === undefined) return insertMonitor(tx, row);
  if (before.origin === origin && differencesOf(before.spec, document).length === 0) return before.id;
  if (old !== undefined && isOther(old, spec)) await closeIncidents(tx, deps, before, 'its monitor was changed');
  await updateMonitor(tx, before.id, row);
  return before.id;
}

/** Incidents that the new settings would never reach again. */
function isOther(old: MonitorSpec, spec: MonitorSpec): boolean {
  if (old.service !== spec.service || old.endpoint !== spec.endpoint || old.groupBy !== spec.groupBy) return true;
  return spec.severity.noData === 'off' && old.severity.noData !== 'off';
}

/** Its open incidents end with it, and whoever was told of them is told so. */
export async function removeMonitor(tx: Queryable, deps: WatchDeps, monitor: StoredMonitor): Promise<void> {
  await closeIncidents(tx, deps, monitor, 'its monitor was deleted');
  await deleteMonitor(tx, monitor.id);
}

const PAGE = 1_000;

async function listAll(db: Queryable): Promise<StoredMonitor[]> {
  const all: StoredMonitor[] = [];
  for (let after: string | undefined; ; ) {
    const { monitors, next } = await listMonitors(db, { limit: PAGE, after });
    all.push(...monitors);
    if (next === null) return all;
    after = next;
  }
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
