import { AppError } from '../../core/errors.ts';
import type { SourceContext, StoredEvents } from './context.ts';
import { type FeatureBudget, toEvent } from './signal-event.ts';
import type { SignalPage, SignalRecord } from './signal-page.ts';

/** Counts of the records; updated while they are stored, so that they are known also after a failure. */
export interface RecordCounts {
  records: number;
  invalid: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  newestMs: number | null;
}

export interface PageStorage {
  /** Added to the time of every record. */
  readonly shiftMs: number;
  readonly budget: FeatureBudget;
  readonly counts: RecordCounts;
}

const MAX_BATCH_RECORDS = 1_000;

/** Stores the records of one page as events. */
export async function storePage(context: SourceContext, page: SignalPage, storage: PageStorage): Promise<void> {
  const { counts } = storage;
  counts.invalid += page.invalid;
  if (page.invalid > 0) context.log.warn({ records: page.invalid }, 'invalid signal records were skipped');
  const size = Math.min(MAX_BATCH_RECORDS, context.config.MAX_BATCH_EVENTS);
  for (let i = 0; i < page.records.length; i += size)
    await storeBatch(context, page.records.slice(i, i + size), storage);
}

async function storeBatch(
  context: SourceContext,
  records: readonly SignalRecord[],
  { shiftMs, budget, counts }: PageStorage,
): Promise<void> {
  const events = records.map((record) => toEvent(record, shiftMs, budget));
  const stored = await storeOrReject(context, events);
  counts.records += records.length;
  counts.accepted += stored.accepted;
  counts.duplicates += stored.duplicates;
  counts.rejected += stored.rejected;
  counts.newestMs = records.reduce((newest, { ms }) => Math.max(newest, ms + shiftMs), counts.newestMs ?? 0);
}

/** Ingest refuses a batch in which no event is valid. For records of an upstream this is not a failure: they are counted as rejected. */
async function storeOrReject({ storeEvents, log }: SourceContext, events: readonly object[]): Promise<StoredEvents> {
  try {
    return await storeEvents(events);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_batch') throw error;
    log.warn({ records: events.length, reason: error.message }, 'none of these signal records could be stored');
    return { accepted: 0, duplicates: 0, rejected: events.length };
  }
}
