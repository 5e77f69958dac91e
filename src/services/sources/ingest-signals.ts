import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { AppError } from '../../core/errors.ts';
import { DAY_MS, HOUR_MS, type Interval, parseDuration, SECOND_MS } from '../../core/time/window.ts';
import { anchorMock, findFetch, saveFetch } from '../../store/coherence.ts';
import { findStream, listFeaturePaths } from '../../store/streams.ts';
import type { SourceContext } from './context.ts';
import { readMockFile } from './mock-file.ts';
import type { Traffic, Upstream } from './request-page.ts';
import { FeatureBudget, SIGNAL_STREAM } from './signal-event.ts';
import type { SignalPage } from './signal-page.ts';
import { storePage, type Tally } from './store-page.ts';
import { readPages } from './upstream.ts';

export interface IngestRun {
  readonly ok: true;
  /** Records that were read and are such, stored before or not. */
  readonly records: number;
  readonly latency_ms: number;
  readonly pages_fetched: number;
  readonly retries: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly invalid: number;
  /** The upstream had more pages than are read at once. */
  readonly truncated: boolean;
}

/** Summaries may come late: what is asked for next overlaps with what is known by this. */
const OVERLAP_MS = HOUR_MS;

/**
 * Fetches what is new from the source that is set, and stores it. How it went is written down either way.
 *
 * @throws AppError `upstream_unavailable`; whatever storing throws
 */
export async function ingestSignals(deps: SourceContext): Promise<IngestRun> {
  const startedMs = deps.clock.now();
  const run = { ...{ pages: 0, retries: 0 }, ...{ records: 0, invalid: 0, accepted: 0, duplicates: 0, rejected: 0 } };
  const tally: Tally & Traffic = { ...run, newestMs: null };
  let isTruncated = false;
  try {
    if (deps.config.DARSHAN_MODE === 'mock') await readMock(deps, tally);
    else isTruncated = await readLive(deps, tally);
  } catch (error) {
    await noteFailure(deps, tally, startedMs, error);
    throw error;
  }
  const complaint = complaintOf(tally, isTruncated);
  if (complaint !== null) deps.log.warn({ reason: complaint }, 'signals were fetched, but not all of them');
  await note(deps, tally, startedMs, complaint);
  const { pages, retries, records, accepted, duplicates, rejected, invalid } = tally;
  const cost = { latency_ms: deps.clock.now() - startedMs, pages_fetched: pages, retries };
  return { ok: true, records, ...cost, accepted, duplicates, rejected, invalid, truncated: isTruncated };
}

/** What a fetch that went through must still say in /status. */
function complaintOf({ records, invalid, pages }: Tally & Traffic, isTruncated: boolean): string | null {
  if (records === 0 && invalid > 0) {
    return `None of ${invalid} records can be read: each needs timestamp, signal_id and a number as coherenceScore.`;
  }
  return isTruncated ? `The upstream has more than ${pages} pages: what is on the others was left out.` : null;
}

/** Without the setting that says where records come from there is nothing to fetch. */
export function explainMissingSource(config: Config): string | undefined {
  if (config.DARSHAN_MODE === 'mock' && config.MOCK_PATH === undefined) {
    return 'DARSHAN_MODE is mock and MOCK_PATH is not set: name a file of signals, or set DARSHAN_MODE=live and DARSHAN_BASE_URL.';
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
 * The file's times are moved as a whole, so that its newest record was made when the file was first read. The move stays the same,
 * and with it the ids, so that the file read again stores nothing twice. Once that moment has left the longest of DEFAULT_WINDOWS
 * the file is moved to now again: otherwise every window would be empty.
 */
async function readMock(deps: SourceContext, tally: Tally & Traffic): Promise<void> {
  assertSource(deps.config);
  const page = await readMockFile(deps.config.MOCK_PATH ?? '');
  tally.pages++;
  await storePage(deps, page, { shiftMs: await moveToNow(deps, page), budget: await openBudget(deps), tally });
}

/** An empty file must not fix the move of the one that comes after it. */
async function moveToNow({ db, clock, config }: SourceContext, { records }: SignalPage): Promise<number> {
  if (records.length === 0) return 0;
  const newestMs = records.reduce((newest, { ms }) => Math.max(newest, ms), 0);
  return (await anchorMock(db, clock, longestWindow(config))) - newestMs;
}

/** True when not all pages were read. */
async function readLive(deps: SourceContext, tally: Tally & Traffic): Promise<boolean> {
  assertSource(deps.config);
  const span = await spanToAsk(deps);
  const budget = await openBudget(deps);
  let last: SignalPage | undefined;
  for await (const page of readPages(upstreamOf(deps), span, tally)) {
    await storePage(deps, page, { shiftMs: 0, budget, tally });
    last = page;
  }
  return last?.nextPage !== undefined;
}

/** From the newest record that is known, and at first as far as the longest window looks. */
async function spanToAsk({ db, config, clock }: SourceContext): Promise<Interval> {
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

async function note(
  deps: SourceContext,
  tally: Tally & Traffic,
  startedMs: number,
  error: string | null,
): Promise<void> {
  const { records, pages, retries, newestMs } = tally;
  const atMs = deps.clock.now();
  const how = { ok: error === null, error, atMs, latencyMs: atMs - startedMs };
  // What comes after a failure may be older than what came before it.
  const newest = error === null && newestMs !== null ? Math.min(newestMs, atMs) : null;
  await saveFetch(deps.db, { source: deps.config.DARSHAN_MODE, ...how, records, pages, retries, newestMs: newest });
}

/** The failure itself matters more than that it could not be written down. */
async function noteFailure(
  deps: SourceContext,
  tally: Tally & Traffic,
  startedMs: number,
  error: unknown,
): Promise<void> {
  const reason = error instanceof AppError ? error.message : 'the records could not be stored';
  try {
    await note(deps, tally, startedMs, reason);
  } catch {
    deps.log.warn({ reason }, 'how the fetch of signals went could not be written down');
  }
}
