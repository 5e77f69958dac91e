import type { Clock } from '../../core/time/clock.ts';
import { DAY_MS, floorTo, SECOND_MS } from '../../core/time/window.ts';
import { appendRows, type LateMinute, MAX_ROWS_A_STATEMENT, type ProfileRow } from '../../store/append.ts';
import type { Database, Queryable } from '../../store/database.ts';
import { claimEventIds } from '../../store/event-ids.ts';
import { claimIngestKeys, updateIngestAnswer } from '../../store/ingest-keys.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { addFeaturePaths, addIgnoredPaths, type FeaturePath } from '../../store/streams.ts';
import type { CheckedEvent, Refusal } from './check-events.ts';
import { LateMinutes } from './late-minutes.ts';
import { type AcceptedBatch, packRows } from './pack-rows.ts';
import type { OpenStream } from './stream-registry.ts';

interface IdempotencyKey {
  readonly key: string;
  readonly bodyHash: Uint8Array;
}

/** What one request adds to a commit. */
export interface Submission extends AcceptedBatch {
  readonly errors: readonly Refusal[];
  readonly idempotency: IdempotencyKey | undefined;
}

export interface IngestAnswer {
  readonly accepted: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly errors: readonly Refusal[];
  /** How many paths of these events are stored and not profiled, where the stream has all the features that it may have. */
  readonly ignored_features?: number;
}

export type Committed =
  | { readonly kind: 'stored'; readonly answer: IngestAnswer }
  | { readonly kind: 'replayed'; readonly answer: IngestAnswer }
  | { readonly kind: 'mismatch' };

interface CommitContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly metrics: {
    flushed(seconds: number, requests: number): void;
  };
}

/** Stores many requests in one transaction: claims their keys and ids, then appends events and profiles. */
export class BatchCommitter {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #metrics: CommitContext['metrics'];
  readonly #knownDays = new Set<number>();
  readonly #late = new LateMinutes();

  constructor({ db, clock, metrics }: CommitContext) {
    this.#db = db;
    this.#clock = clock;
    this.#metrics = metrics;
  }

  async commit(submissions: readonly Submission[]): Promise<Committed[]> {
    const startedMs = this.#clock.now();
    const committed = await this.#store(submissions);
    this.#metrics.flushed((this.#clock.now() - startedMs) / SECOND_MS, submissions.length);
    return committed;
  }

  /** Commits one submission together with further work, and the features of these streams before. */
  async commitWith(
    submission: Submission,
    streams: ReadonlySet<OpenStream>,
    work: (tx: Queryable, committed: Committed) => Promise<void>,
  ): Promise<Committed> {
    await this.#ensureDays([submission]);
    await this.#savePaths(streams);
    return this.#transact([submission], work).then(([committed]) => committed as Committed);
  }

  async #store(submissions: readonly Submission[]): Promise<Committed[]> {
    await this.#ensureDays(submissions);
    await this.#savePaths(streamsOf(submissions));
    return submissions.every(isPlain) ? this.#append(submissions) : this.#transact(submissions);
  }

  async #transact(
    submissions: readonly Submission[],
    work?: (tx: Queryable, committed: Committed) => Promise<void>,
  ): Promise<Committed[]> {
    const late: LateMinute[] = [];
    const lateOf = (profiles: readonly ProfileRow[]) => {
      late.push(...this.#late.find(profiles, this.#clock.now()));
      return late;
    };
    const committed = await this.#db.transaction(async (tx) => {
      const outcomes = await commitIn(tx, submissions, lateOf);
      for (const outcome of outcomes) await work?.(tx, outcome);
      return outcomes;
    });
    this.#late.remember(late);
    return committed;
  }

  /** Runs before the transaction: inside it, two commits with the same new streams could deadlock. */
  async #savePaths(streams: ReadonlySet<OpenStream>): Promise<void> {
    const unsaved = unsavedPaths(streams, 'unsavedPaths');
    const ignored = unsavedPaths(streams, 'unsavedIgnored');
    if (unsaved.length > 0) await addFeaturePaths(this.#db, unsaved.map(toRow));
    if (ignored.length > 0) await addIgnoredPaths(this.#db, ignored.map(toRow));
    for (const { stream, path } of unsaved) stream.unsavedPaths.delete(path);
    for (const { stream, path } of ignored) stream.unsavedIgnored.delete(path);
  }

  /** The usual case: no keys or ids to claim, so the rows fit into one statement and need no explicit transaction. */
  async #append(submissions: readonly Submission[]): Promise<Committed[]> {
    const { batches, profiles } = packRows(submissions);
    const late = this.#late.find(profiles, this.#clock.now());
    if (batches.length + profiles.length <= MAX_ROWS_A_STATEMENT) await appendRows(this.#db, batches, profiles, late);
    else await this.#db.transaction((tx) => appendRows(tx, batches, profiles, late));
    this.#late.remember(late);
    return submissions.map((submission) => ({ kind: 'stored', answer: answerOf(submission, submission) }));
  }

  async #ensureDays(submissions: readonly Submission[]): Promise<void> {
    const days = new Set<number>();
    for (const { events } of submissions) for (const event of events) days.add(floorTo(event.tsMs, DAY_MS));
    const missing = [...days].filter((day) => !this.#knownDays.has(day));
    if (missing.length === 0) return;
    await ensurePartitions(this.#db, missing);
    for (const day of missing) this.#knownDays.add(day);
  }

  /** Retention dropped the partitions of some days: check the database again before the next write. */
  forgetDays(): void {
    this.#knownDays.clear();
  }
}

async function commitIn(
  tx: Queryable,
  submissions: readonly Submission[],
  lateOf: (profiles: readonly ProfileRow[]) => LateMinute[],
): Promise<Committed[]> {
  const outcomes = await claimKeys(tx, submissions);
  const claimed = submissions.filter((_, i) => outcomes[i] === undefined);
  const fresh = await claimIds(tx, claimed);
  const { batches, profiles } = packRows(fresh);
  await appendRows(tx, batches, profiles, lateOf(profiles));
  const answers = new Map(
    claimed.map((submission, i) => [submission, answerOf(submission, fresh[i] as AcceptedBatch)]),
  );
  await correctAnswers(tx, answers);
  return submissions.map((submission, i): Committed => {
    const answer = answers.get(submission);
    return answer === undefined ? (outcomes[i] as Committed) : { kind: 'stored', answer };
  });
}

function isPlain({ idempotency, events }: Submission): boolean {
  return idempotency === undefined && events.every((event) => event.id === undefined);
}

interface UnsavedPath {
  readonly stream: OpenStream;
  readonly path: string;
}

/** Those that have something to save. */
function streamsOf(submissions: readonly Submission[]): Set<OpenStream> {
  const streams = new Set<OpenStream>();
  for (const { events } of submissions) {
    for (const { stream } of events)
      if (stream.unsavedPaths.size > 0 || stream.unsavedIgnored.size > 0) streams.add(stream);
  }
  return streams;
}

function unsavedPaths(streams: ReadonlySet<OpenStream>, which: 'unsavedPaths' | 'unsavedIgnored'): UnsavedPath[] {
  return [...streams].flatMap((stream) => [...stream[which]].map((path) => ({ stream, path })));
}

function toRow({ stream, path }: UnsavedPath): FeaturePath {
  return { streamId: stream.id, path };
}

/** For each submission: the outcome of an earlier request with the same key; undefined if there is none or it has no key. */
async function claimKeys(tx: Queryable, submissions: readonly Submission[]): Promise<(Committed | undefined)[]> {
  const keyed = submissions.filter((submission) => submission.idempotency !== undefined);
  if (keyed.length === 0) return submissions.map(() => undefined);
  const claims = await claimIngestKeys(
    tx,
    keyed.map((submission) => ({
      ...(submission.idempotency as IdempotencyKey),
      answer: JSON.stringify(answerOf(submission, submission)),
    })),
  );
  const outcomes = new Map<Submission, Committed>();
  claims.forEach((claim, i) => {
    if (claim === 'claimed') return;
    const submission = keyed[i] as Submission;
    const isSame = Buffer.compare(claim.bodyHash, submission.idempotency?.bodyHash ?? new Uint8Array()) === 0;
    const replay = (): Committed => ({ kind: 'replayed', answer: JSON.parse(claim.answer) as IngestAnswer });
    outcomes.set(submission, isSame ? replay() : { kind: 'mismatch' });
  });
  return submissions.map((submission) => outcomes.get(submission));
}

/** The submissions without the events whose id is already stored, in the database or earlier in this commit. */
async function claimIds(tx: Queryable, submissions: readonly Submission[]): Promise<AcceptedBatch[]> {
  const claims = new Map<string, { streamId: number; dayMs: number; id: string }>();
  const owner = new Map<string, CheckedEvent>();
  for (const event of submissions.flatMap((submission) => submission.events)) {
    if (event.id === undefined) continue;
    const claim = { streamId: event.stream.id, dayMs: floorTo(event.tsMs, DAY_MS), id: event.id };
    const name = `${claim.streamId} ${claim.dayMs} ${claim.id}`;
    if (owner.has(name)) continue;
    owner.set(name, event);
    claims.set(name, claim);
  }
  if (claims.size === 0) return [...submissions];
  // Always in the same order, so that two commits that share ids wait for each other and never deadlock.
  const names = [...claims.keys()].sort();
  const isNew = await claimEventIds(
    tx,
    names.map((name) => claims.get(name) as { streamId: number; dayMs: number; id: string }),
  );
  const kept = new Set(names.filter((_, i) => isNew[i]).map((name) => owner.get(name) as CheckedEvent));
  return submissions.map(({ texts, events }) => ({
    texts,
    events: events.filter((event) => event.id === undefined || kept.has(event)),
  }));
}

function answerOf(submission: Submission, fresh: AcceptedBatch): IngestAnswer {
  const ignored = countIgnored(submission.events);
  return {
    accepted: fresh.events.length,
    rejected: submission.errors.length,
    duplicates: submission.events.length - fresh.events.length,
    errors: submission.errors,
    ...(ignored > 0 && { ignored_features: ignored }),
  };
}

function countIgnored(events: readonly CheckedEvent[]): number {
  const streams = new Map<OpenStream, Set<string>>();
  for (const { stream, leaves } of events) {
    if (leaves.ignored.length === 0) continue;
    const paths = streams.get(stream) ?? new Set();
    for (const path of leaves.ignored) paths.add(path);
    streams.set(stream, paths);
  }
  return [...streams.values()].reduce((sum, paths) => sum + paths.size, 0);
}

/** Keys are claimed with the answer of a batch without duplicates; if duplicates were found, the stored answer is updated. */
async function correctAnswers(tx: Queryable, answers: ReadonlyMap<Submission, IngestAnswer>): Promise<void> {
  for (const [submission, answer] of answers) {
    if (submission.idempotency === undefined || answer.duplicates === 0) continue;
    await updateIngestAnswer(tx, submission.idempotency.key, JSON.stringify(answer));
  }
}
