import { AppError } from '../../core/errors.ts';
import type { SourceContext, StoredEvents } from './context.ts';
import { type FeatureBudget, toEvent } from './signal-event.ts';
import type { SignalPage, SignalRecord } from './signal-page.ts';

/** What became of the records; counted while they are stored, so that a failure can tell it too. */
export interface Tally {
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
  readonly tally: Tally;
}

const MOST_AT_ONCE = 1_000;

/** Stores the records of one page as events. */
export async function storePage(deps: SourceContext, page: SignalPage, storage: PageStorage): Promise<void> {
  const { tally } = storage;
  tally.invalid += page.invalid;
  if (page.invalid > 0) deps.log.warn({ records: page.invalid }, 'records of signals that are none were left out');
  const size = Math.min(MOST_AT_ONCE, deps.config.MAX_BATCH_EVENTS);
  for (let i = 0; i < page.records.length; i += size) await storeSome(deps, page.records.slice(i, i + size), storage);
}

async function storeSome(
  deps: SourceContext,
  records: readonly SignalRecord[],
  { shiftMs, budget, tally }: PageStorage,
): Promise<void> {
  const events = records.map((record) => toEvent(record, shiftMs, budget));
  const stored = await storeOrReject(deps, events);
  tally.records += records.length;
  tally.accepted += stored.accepted;
  tally.duplicates += stored.duplicates;
  tally.rejected += stored.rejected;
  tally.newestMs = records.reduce((newest, { ms }) => Math.max(newest, ms + shiftMs), tally.newestMs ?? 0);
}

/** A batch of which nothing can be taken is refused as a whole: of records, that is no failure. */
async function storeOrReject({ storeEvents, log }: SourceContext, events: readonly object[]): Promise<StoredEvents> {
  try {
    return await storeEvents(events);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_batch') throw error;
    log.warn({ records: events.length, reason: error.message }, 'no record of these could be stored');
    return { accepted: 0, duplicates: 0, rejected: events.length };
  }
}
