import { reasonOf } from '../../core/format/reason-of.ts';
import { escapeStream, findStreamPattern, likeOf } from '../../core/monitor/stream-pattern.ts';
import type { StreamName } from '../../core/stream-name.ts';
import { DatabaseUnavailable, type Queryable } from '../../store/database.ts';
import { readDatabaseTime } from '../../store/database-time.ts';
import {
  deletePattern,
  insertPattern,
  listMatchingStreams,
  listPatterns,
  lockPattern,
  type MonitorPattern,
  type StreamFilter,
  updatePattern,
} from '../../store/monitor-patterns.ts';
import { findMonitor, listMonitorsOf, type StoredMonitor } from '../../store/monitors.ts';
import { failedWith } from '../../store/sql-state.ts';
import type { MonitorContext } from './context.ts';
import { putMonitor, removeMonitor } from './put-monitor.ts';

const MAX_NAME = 200;
/** Two units for each character, and room for a number. */
const CUT_NAME = 85;
/** New monitors of a pattern in one turn. */
const MOST_AT_ONCE = 1_000;

/** A document whose stream is a pattern, checked before. */
export interface PatternDocument {
  readonly name: string;
  readonly reference?: unknown;
}

/** What becomes of the monitors of a pattern. */
export interface PatternPlan {
  readonly streams: readonly (StreamName & { readonly id: number; readonly name: string })[];
  readonly gone: readonly StoredMonitor[];
}

/**
 * The streams that a pattern is for, each with the name of its monitor, and the monitors whose streams it is no longer for. Where windows are
 * compared with the active baseline, a stream needs one to get a monitor; it keeps the monitor when the baseline goes.
 */
export async function planPattern(
  tx: Queryable,
  document: PatternDocument,
  { monitors, isTaken }: { readonly monitors: readonly StoredMonitor[]; isTaken(name: string): boolean },
): Promise<PatternPlan> {
  const filter = filterOf(document);
  const matching = await listMatchingStreams(tx, { ...filter, needsBaseline: false });
  const isMatch = new Set(matching.map(({ id }) => id));
  const known = new Map(monitors.map((monitor) => [monitor.streamId, monitor]));
  const ready = filter.needsBaseline ? await listMatchingStreams(tx, filter) : matching;
  const isReady = new Set(ready.map(({ id }) => id));
  return {
    streams: matching
      .filter(({ id }) => known.has(id) || isReady.has(id))
      .map((stream) => ({ ...stream, name: known.get(stream.id)?.name ?? nameFor(document, stream, isTaken) })),
    gone: monitors.filter(({ streamId }) => !isMatch.has(streamId)),
  };
}

/** Stores a pattern, makes and changes the monitors of the streams that it is for, and removes the others. */
export async function putPattern(
  tx: Queryable,
  context: MonitorContext,
  document: PatternDocument,
  { old, plan, monitors }: { old: MonitorPattern | undefined; plan: PatternPlan; monitors: readonly StoredMonitor[] },
): Promise<void> {
  const nowMs = await readDatabaseTime(tx, context.clock);
  const before = old && (await lockPattern(tx, old.id));
  const patternId = before?.id ?? (await insertPattern(tx, document.name, document, nowMs));
  if (before !== undefined) await updatePattern(tx, before.id, document, nowMs);
  const known = new Map(monitors.map((monitor) => [monitor.streamId, monitor]));
  for (const { id, name, ...stream } of plan.streams) {
    const change = { document: documentFor(document, name, stream), origin: 'pattern' as const, patternId };
    await putMonitor(tx, context, { ...change, old: known.get(id) });
  }
  for (const monitor of plan.gone) await removeMonitor(tx, context, monitor);
}

/** Its monitors go with it; their open incidents end. */
export async function removePattern(tx: Queryable, context: MonitorContext, pattern: MonitorPattern): Promise<void> {
  if ((await lockPattern(tx, pattern.id)) === undefined) return;
  for (const monitor of await listMonitorsOf(tx, pattern.id)) await removeMonitor(tx, context, monitor);
  await deletePattern(tx, pattern.id);
}

/** Makes the monitors of streams that have come since. Safe on every replica; what goes wrong with one stream holds up no other. */
export async function keepPatternMonitors(context: MonitorContext): Promise<void> {
  for (const pattern of await listPatterns(context.db)) {
    // One that another version wrote must hold up no other.
    if (findStreamPattern(pattern.spec) === undefined) continue;
    const filter = filterOf(pattern.spec as PatternDocument);
    const fresh = await listMatchingStreams(context.db, { ...filter, notOfPattern: pattern.id });
    for (const stream of fresh.slice(0, MOST_AT_ONCE)) {
      try {
        await context.db.transaction((tx) => addMonitor(tx, context, pattern, stream));
      } catch (error) {
        if (error instanceof DatabaseUnavailable) throw error;
        // Another replica was faster.
        if (failedWith(error, 'UNIQUE_VIOLATION')) continue;
        const fields = { pattern: pattern.name, stream: stream.id, reason: reasonOf(error) };
        context.log.warn(fields, 'no monitor could be created for a stream that matches');
      }
    }
  }
}

async function addMonitor(
  tx: Queryable,
  context: MonitorContext,
  listed: MonitorPattern,
  stream: StreamName & { readonly id: number },
): Promise<void> {
  const pattern = await lockPattern(tx, listed.id);
  // It may be for other streams by now: the next time shows.
  if (pattern?.updatedAtMs !== listed.updatedAtMs) return;
  const document = pattern.spec as PatternDocument;
  const first = nameFor(document, stream, () => false);
  const isTaken = (await findMonitor(tx, first)) !== undefined;
  const name = nameFor(document, stream, (taken) => taken === first && isTaken);
  const change = { document: documentFor(document, name, stream), origin: 'pattern' as const, patternId: pattern.id };
  await putMonitor(tx, context, { ...change, old: undefined });
}

function filterOf(document: PatternDocument): StreamFilter {
  const pattern = findStreamPattern(document);
  if (pattern === undefined) throw new RangeError(`filterOf: the document "${document.name}" has no pattern`);
  const { service, endpoint } = pattern;
  const { reference = 'baseline' } = document;
  return { service: likeOf(service), endpoint: likeOf(endpoint), needsBaseline: reference === 'baseline' };
}

/** `web: web GET /cart`; with the number of its stream where that is taken or too long. Cut between characters, never within one. */
function nameFor(
  { name }: PatternDocument,
  { id, service, endpoint }: StreamName & { readonly id: number },
  isTaken: (name: string) => boolean,
): string {
  const full = `${name}: ${service} ${endpoint}`;
  return full.length <= MAX_NAME && !isTaken(full) ? full : `${[...full].slice(0, CUT_NAME).join('')} #${id}`;
}

function documentFor(document: PatternDocument, name: string, stream: StreamName): object {
  return { ...document, name, stream: escapeStream(stream) };
}
