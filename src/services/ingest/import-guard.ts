import type { Clock } from '../../core/time/clock.ts';
import { DAY_MS, floorTo } from '../../core/time/window.ts';
import { type GuardRow, readGuardRows } from '../../store/guard-table.ts';
import { advanceImport, type ImportState, openImport } from '../../store/imports.ts';
import { type CheckedEvent, type CheckRules, checkEvents, type Refusal } from './check-events.ts';
import { BatchCommitter, type Committed } from './commit-batches.ts';
import { foldOldDays } from './fold-old-days.ts';
import { type IngestContext, SILENT_INGEST_METRICS } from './ingest.ts';
import { checkRulesOf, featureRulesOf } from './ingest-rules.ts';
import { parseBatch } from './parse-batch.ts';
import { StreamRegistry } from './stream-registry.ts';

const NAME = 'guard';
const PAGE_ROWS = 2_000;

/**
 * Reads the rows of Guard's table in, in the order of their ids: what ingest would refuse is refused, what is older than EVENT_RETENTION_DAYS
 * is folded into the profiles of its days. Each page commits together with how far the import is, so that one that was killed goes on
 * where it was, and two at once do not read a row twice.
 *
 * @param onPage - called with the state after each page
 * @returns the state of the whole import, with what earlier calls did
 */
export async function importGuard(
  context: Omit<IngestContext, 'metrics'>,
  onPage: (state: ImportState) => void = () => {},
): Promise<ImportState> {
  const { db, config, clock } = context;
  const importer: Importer = {
    clock,
    rules: { ...checkRulesOf(config), retentionDays: Number.POSITIVE_INFINITY },
    // As maintenance counts: whole days are dropped, so that no event is stored in one that goes at once.
    storedFromMs: floorTo(clock.now(), DAY_MS) - config.EVENT_RETENTION_DAYS * DAY_MS,
    streams: new StreamRegistry(db, featureRulesOf(config), config.MAX_STREAMS),
    committer: new BatchCommitter({ ...context, metrics: SILENT_INGEST_METRICS }),
  };
  let state = await openImport(db, NAME);
  for (;;) {
    const rows = await readGuardRows(db, state.lastId, PAGE_ROWS);
    if (rows.length === 0) return state;
    state = (await importPage(importer, rows, state)) ?? (await openImport(db, NAME));
    onPage(state);
  }
}

interface Importer {
  readonly clock: Clock;
  readonly rules: CheckRules;
  readonly storedFromMs: number;
  readonly streams: StreamRegistry;
  readonly committer: BatchCommitter;
}

/** Undefined when another process has read the page first: nothing of it is stored then. */
async function importPage(
  { clock, rules, storedFromMs, streams, committer }: Importer,
  rows: readonly GuardRow[],
  from: ImportState,
): Promise<ImportState | undefined> {
  const { maxDepth, maxLeaves } = rules.limits;
  const limits = { maxEvents: rows.length, maxDepth, maxValues: maxLeaves };
  const batch = parseBatch(rows.map(({ event }) => event).join('\n'), 'ndjson', limits);
  const { events, errors } = await checkEvents(batch, { streams, rules, clock });
  const old = events.filter(({ tsMs }) => tsMs < storedFromMs);
  const recent = events.filter(({ tsMs }) => tsMs >= storedFromMs);
  const submission = { texts: batch.texts, events: recent, errors: [], idempotency: undefined };
  let to = from;
  try {
    await committer.commitWith(submission, streamsOf(events), async (tx, committed) => {
      await foldOldDays(tx, old);
      to = stateAfter(from, rows, { committed, folded: old.length, errors });
      if (!(await advanceImport(tx, NAME, from, to))) throw new LostPage();
    });
    return to;
  } catch (error) {
    if (error instanceof LostPage) return undefined;
    throw error;
  }
}

/** Thrown inside the transaction, so that nothing of it stays. */
class LostPage extends Error {}

function streamsOf(events: readonly CheckedEvent[]) {
  return new Set(events.map(({ stream }) => stream));
}

interface PageOutcome {
  readonly committed: Committed;
  readonly folded: number;
  readonly errors: readonly Refusal[];
}

function stateAfter(from: ImportState, rows: readonly GuardRow[], outcome: PageOutcome): ImportState {
  const { committed, folded, errors } = outcome;
  const { accepted, duplicates } = committed.kind === 'stored' ? committed.answer : { accepted: 0, duplicates: 0 };
  const refused = { ...from.refused };
  for (const { code, index, message } of errors) {
    const { n, ...first } = refused[code] ?? { n: 0, firstId: (rows[index] as GuardRow).id, message };
    refused[code] = { ...first, n: n + 1 };
  }
  return {
    lastId: rows.at(-1)?.id ?? from.lastId,
    read: from.read + rows.length,
    stored: from.stored + accepted,
    folded: from.folded + folded,
    duplicates: from.duplicates + duplicates,
    refused,
  };
}
