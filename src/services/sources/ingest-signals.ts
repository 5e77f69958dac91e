import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { AppError } from '../../core/errors.ts';
import { SIGNAL_STREAM } from '../../core/stream-name.ts';
import { DAY_MS, HOUR_MS, type Interval, parseDuration, SECOND_MS } from '../../core/time/window.ts';
import { anchorMock, findFetch, saveFetch } from '../../store/coherence.ts';
import { findStream, listFeaturePaths } from '../../store/streams.ts';
import type { SourceContext } from './context.ts';
import { readMockFile } from './mock-file.ts';
import type { Traffic, Upstream } from './request-page.ts';
import { FeatureBudget } from './signal-event.ts';
import type { SignalPage } from './signal-page.ts';
import { type RecordCounts, storePage } from './store-page.ts';
import { readPages } from './upstream.ts';

export interface IngestRun {
  readonly ok: true;
  /** Valid records that were read, including those that were stored before. */
  readonly records: number;
  readonly latency_ms: number;
  readonly pages_fetched: number;
  readonly retries: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly invalid: number;
  /** The upstream had more pages than one fetch reads. */
  readonly truncated: boolean;
}

/** Summaries may arrive late, so each fetch overlaps the records that are already stored. */
const OVERLAP_MS = HOUR_MS;

/** What to fetch from the upstream: from what is new on, and until now, where it does not say. A file is always read whole. */
export interface RequestedFetch {
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
}

/**
 * Fetches records from the configured source, and stores them. The result is recorded, also after a failure.
 *
 * @throws AppError `upstream_unavailable`; errors of the database
 */
export async function ingestSignals(context: SourceContext, requested: RequestedFetch = {}): Promise<IngestRun> {
  const startedMs = context.clock.now();
  const counts = emptyCounts();
  let isTruncated = false;
  try {
    if (context.config.DARSHAN_MODE === 'mock') await readMock(context, counts);
    else isTruncated = await readLive(context, counts, requested);
  } catch (error) {
    await recordFailure(context, counts, startedMs, error);
    throw error;
  }
  const warning = warningOf(counts, isTruncated);
  if (warning !== null) context.log.warn({ reason: warning }, 'some signals were not fetched');
  await recordFetch(context, counts, startedMs, warning);
  return {
    ok: true,
    records: counts.records,
    latency_ms: context.clock.now() - startedMs,
    pages_fetched: counts.pages,
    retries: counts.retries,
    accepted: counts.accepted,
    duplicates: counts.duplicates,
    rejected: counts.rejected,
    invalid: counts.invalid,
    truncated: isTruncated,
  };
}

interface FetchCounts extends RecordCounts, Traffic {}

function emptyCounts(): FetchCounts {
  return { pages: 0, retries: 0, records: 0, invalid: 0, accepted: 0, duplicates: 0, rejected: 0, newestMs: null };
}

/** A problem of a successful fetch, shown in /status. */
function warningOf({ records, invalid, pages }: FetchCounts, isTruncated: boolean): string | null {
  if (records === 0 && invalid > 0) {
    return `None of ${invalid} records can be read: each needs timestamp, signal_id and a number as coherenceScore.`;
  }
  return isTruncated ? `The upstream has more than ${pages} pages; the other pages were not read.` : null;
}

/** Says which setting is missing; undefined when the source is configured. */
export function explainMissingSource(config: Config): string | undefined {
  if (config.DARSHAN_MODE === 'mock' && config.MOCK_PATH === undefined) {
    return 'DARSHAN_MODE is mock and MOCK_PATH is not set: set MOCK_PATH to a file of signals, or set DARSHAN_MODE=live and DARSHAN_BASE_URL.';
  }
  if (config.DARSHAN_MODE === 'live' && config.DARSHAN_BASE_URL === undefined) {
    return 'DARSHAN_MODE is live and DARSHAN_BASE_URL is not set: set it to the address of the upstream.';
  }
  return undefined;
}

function assertSource(config: Config): void {
  const missing = explainMissingSource(config);
  if (missing !== undefined) throw new AppError('upstream_unavailable', missing);
}

/**
 * Shifts all times in the file so that the newest record gets the time when the file was first read. The shift and the ids stay the
 * same, so reading the file again stores nothing twice. When that time is older than the longest of DEFAULT_WINDOWS, the shift starts
 * again from now: otherwise every window would be empty.
 */
async function readMock(context: SourceContext, counts: FetchCounts): Promise<void> {
  assertSource(context.config);
  const page = await readMockFile(context.config.MOCK_PATH ?? '');
  counts.pages++;
  const shiftMs = await shiftToNow(context, page);
  await storePage(context, page, { shiftMs, budget: await openBudget(context), counts });
}

/** An empty file must not set the shift: a later file needs its own. */
async function shiftToNow({ db, clock, config }: SourceContext, { records }: SignalPage): Promise<number> {
  if (records.length === 0) return 0;
  const newestMs = records.reduce((newest, { ms }) => Math.max(newest, ms), 0);
  return (await anchorMock(db, clock, longestWindow(config))) - newestMs;
}

/** Returns true when not all pages were read. */
async function readLive(context: SourceContext, counts: FetchCounts, requested: RequestedFetch): Promise<boolean> {
  assertSource(context.config);
  const next = await nextInterval(context);
  const { endMs = next.endMs, startMs = Math.min(next.startMs, endMs - OVERLAP_MS) } = requested;
  const interval = { startMs, endMs };
  const budget = await openBudget(context);
  let last: SignalPage | undefined;
  for await (const page of readPages(upstreamOf(context), interval, counts)) {
    await storePage(context, page, { shiftMs: 0, budget, counts });
    last = page;
  }
  // The next fetch must begin before whatever was not read: before a later start, and after an earlier end.
  if (interval.startMs > next.startMs) counts.newestMs = null;
  if (counts.newestMs !== null) counts.newestMs = Math.min(counts.newestMs, interval.endMs);
  return last?.nextPage !== undefined;
}

/** Starts at the newest stored record; the first fetch covers the longest window. */
async function nextInterval({ db, config, clock }: SourceContext): Promise<Interval> {
  const nowMs = clock.now();
  const newestMs = (await findFetch(db, 'live'))?.newestMs ?? nowMs - longestWindow(config) + OVERLAP_MS;
  const keptMs = nowMs - config.EVENT_RETENTION_DAYS * DAY_MS;
  return { startMs: Math.max(keptMs, newestMs - OVERLAP_MS), endMs: nowMs };
}

function longestWindow({ DEFAULT_WINDOWS: windows }: Config): number {
  return Math.max(HOUR_MS, ...windows.map((window) => parseDuration(window) ?? 0));
}

function upstreamOf({ config, clock, sleep }: SourceContext): Upstream {
  return {
    baseUrl: config.DARSHAN_BASE_URL ?? '',
    apiKey: config.DARSHAN_API_KEY,
    timeoutMs: config.DARSHAN_TIMEOUT_S * SECOND_MS,
    sleep: sleep ?? wait,
    now: () => clock.now(),
  };
}

async function openBudget({ db, config }: SourceContext): Promise<FeatureBudget> {
  const stream = await findStream(db, SIGNAL_STREAM.service, SIGNAL_STREAM.endpoint);
  return new FeatureBudget(stream === undefined ? [] : await listFeaturePaths(db, stream.id), config.MAX_FEATURES);
}

async function recordFetch(
  context: SourceContext,
  counts: FetchCounts,
  startedMs: number,
  error: string | null,
): Promise<void> {
  const { records, pages, retries, newestMs } = counts;
  const atMs = context.clock.now();
  await saveFetch(context.db, {
    source: context.config.DARSHAN_MODE,
    ok: error === null,
    error,
    atMs,
    latencyMs: atMs - startedMs,
    records,
    pages,
    retries,
    // Pages are not sorted by time: after a failure, older records may still be missing.
    newestMs: error === null && newestMs !== null ? Math.min(newestMs, atMs) : null,
  });
}

/** The caller throws the failure itself, so an error while recording it is only logged. */
async function recordFailure(
  context: SourceContext,
  counts: FetchCounts,
  startedMs: number,
  error: unknown,
): Promise<void> {
  const reason = error instanceof AppError ? error.message : 'the records could not be stored';
  try {
    await recordFetch(context, counts, startedMs, reason);
  } catch {
    context.log.warn({ reason }, 'the failed fetch of signals could not be recorded');
  }
}
