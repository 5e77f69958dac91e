import { createHash } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import { AppError } from '../../core/errors.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Database } from '../../store/database.ts';
import { type CheckContext, type CheckedBatch, checkEvents } from './check-events.ts';
import { BatchCommitter, type Committed, type IngestAnswer, type Submission } from './commit-batches.ts';
import { GroupCommit } from './group-commit.ts';
import { checkRulesOf, featureRulesOf } from './ingest-rules.ts';
import { type BatchFormat, type BatchLimits, parseBatch } from './parse-batch.ts';
import { ParseGate } from './parse-gate.ts';
import { StreamRegistry } from './stream-registry.ts';

export interface IngestRequest {
  readonly text: string;
  readonly format: BatchFormat;
  /** All or nothing: one bad event refuses the batch (`Prefer: handling=strict`). */
  readonly isStrict: boolean;
  readonly idempotencyKey: string | undefined;
  /** Told how many bytes its events take beside their text, until the commit. It may throw. */
  readonly book?: (bytes: number) => void;
}

export interface IngestResult {
  readonly answer: IngestAnswer;
  readonly isReplay: boolean;
}

/** Counters that ingest reports; the metrics page implements this. */
export interface IngestMetrics {
  accepted(events: number): void;
  rejected(code: string, events: number): void;
  duplicates(events: number): void;
  flushed(seconds: number, requests: number): void;
}

export const SILENT_INGEST_METRICS: IngestMetrics = {
  accepted: () => {},
  rejected: () => {},
  duplicates: () => {},
  flushed: () => {},
};

export interface IngestContext {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly metrics: IngestMetrics;
}

const MAX_COMMIT_EVENTS = 10_000;
/** A statement is in memory several times on its way to the database. */
const MAX_COMMIT_CHARS = 16 * 1024 * 1024;
/** Of the text of batches that are parsed: enough for the commits that run and the next one. */
const MAX_PARSED_CHARS = 8 * 1024 * 1024;
const MAX_KEY_CHARS = 255;

/** Parses batches of events, checks each event, and answers after the commit that stored them. */
export class Ingest {
  readonly #context: IngestContext;
  readonly #streams: StreamRegistry;
  readonly #committer: BatchCommitter;
  readonly #commits: GroupCommit<Submission, Committed>;
  readonly #check: CheckContext;
  readonly #batchLimits: BatchLimits;
  readonly #gate = new ParseGate(MAX_PARSED_CHARS);
  readonly #keysInFlight = new Set<string>();

  constructor(context: IngestContext) {
    const { config, db } = context;
    this.#context = context;
    this.#streams = new StreamRegistry(db, featureRulesOf(config), config.MAX_STREAMS);
    this.#committer = new BatchCommitter(context);
    this.#commits = new GroupCommit({
      commit: (submissions) => this.#committer.commit(submissions),
      workers: db.engine === 'postgres' ? 2 : 1,
      sizeOf: ({ events, texts }) => Math.max(events.length / MAX_COMMIT_EVENTS, texts.chars / MAX_COMMIT_CHARS),
      maxSize: 1,
    });
    const rules = checkRulesOf(config);
    const { maxDepth, maxLeaves } = rules.limits;
    this.#batchLimits = { maxEvents: config.MAX_BATCH_EVENTS, maxDepth, maxValues: maxLeaves };
    this.#check = { streams: this.#streams, clock: context.clock, rules };
  }

  /**
   * Stores a batch.
   *
   * @throws AppError when no event is accepted; DatabaseUnavailable when the commit failed or its result is unknown
   */
  async submit(request: IngestRequest): Promise<IngestResult> {
    if (request.idempotencyKey === undefined) return this.#store(request, undefined);
    const key = request.idempotencyKey;
    if (key === '' || key.length > MAX_KEY_CHARS) {
      throw new AppError('invalid_request', `Idempotency-Key takes 1 to ${MAX_KEY_CHARS} characters`);
    }
    if (this.#keysInFlight.has(key)) {
      throw new AppError(
        'idempotency_in_flight',
        'A request with this key is still running; wait for it, then send this one again',
        {
          retryAfterSeconds: 1,
        },
      );
    }
    this.#keysInFlight.add(key);
    try {
      return await this.#store(request, { key, bodyHash: createHash('sha256').update(request.text).digest() });
    } finally {
      this.#keysInFlight.delete(key);
    }
  }

  /** Stores events that this process made, such as the records of an upstream, in the same way as a request. */
  async submitEvents(events: readonly object[]): Promise<IngestAnswer> {
    const text = events.map((event) => JSON.stringify(event)).join('\n');
    return (await this.submit({ text, format: 'ndjson', isStrict: false, idempotencyKey: undefined })).answer;
  }

  /** Resolves when every batch received so far is committed or refused. */
  async drain(): Promise<void> {
    await this.#gate.idle();
    await this.#commits.drain();
  }

  /** Retention dropped the partitions of some days. */
  forgetDays(): void {
    this.#committer.forgetDays();
  }

  async #store(request: IngestRequest, idempotency: Submission['idempotency']): Promise<IngestResult> {
    const { length } = request.text;
    const turn = this.#gate.enter(length);
    if (turn !== undefined) await turn;
    try {
      return await this.#parseAndStore(request, idempotency);
    } finally {
      this.#gate.leave(length);
    }
  }

  async #parseAndStore(request: IngestRequest, idempotency: Submission['idempotency']): Promise<IngestResult> {
    const batch = parseBatch(request.text, request.format, this.#batchLimits);
    const checked = await checkEvents(batch, this.#check, request.book);
    this.#countRefusals(checked);
    if (checked.events.length === 0 || (request.isStrict && checked.errors.length > 0)) throw refusalOf(checked);
    const committed = await this.#commits.submit({ texts: batch.texts, ...checked, idempotency });
    if (committed.kind === 'mismatch') {
      throw new AppError('idempotency_mismatch', 'Use a new Idempotency-Key for a new body');
    }
    if (committed.kind === 'stored') {
      this.#context.metrics.accepted(committed.answer.accepted);
      if (committed.answer.duplicates > 0) this.#context.metrics.duplicates(committed.answer.duplicates);
    }
    return { answer: committed.answer, isReplay: committed.kind === 'replayed' };
  }

  #countRefusals(checked: CheckedBatch): void {
    for (const { code } of checked.errors) this.#context.metrics.rejected(code, 1);
  }
}

const MAX_LISTED_REFUSALS = 1000;

function refusalOf(checked: CheckedBatch): AppError {
  const first = checked.errors[0];
  const isAll = checked.events.length === 0;
  const detail = isAll
    ? `No event was accepted; the first error: ${first?.message}`
    : `Nothing was stored because of handling=strict; event ${first?.index}: ${first?.message}`;
  return new AppError('invalid_batch', detail, {
    errors: checked.errors
      .slice(0, MAX_LISTED_REFUSALS)
      .map(({ index, code, message }) => ({ path: `/${index}`, message: `${code}: ${message}` })),
  });
}
