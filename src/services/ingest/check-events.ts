import { Unread } from '../../core/json/read-array.ts';
import { type LeafLimits, type LeafProblem, type Leaves, readLeaves } from '../../core/profile/leaves.ts';
import type { StreamName } from '../../core/stream-name.ts';
import type { Clock } from '../../core/time/clock.ts';
import { parseTimestamp } from '../../core/time/timestamp.ts';
import { DAY_MS, SECOND_MS } from '../../core/time/window.ts';
import { nextTurn } from '../../runtime/workers/turns.ts';
import { type Event, type EventFault, findFault } from './event-schema.ts';
import type { Batch } from './parse-batch.ts';
import { keyOf, type OpenStream, type StreamRegistry } from './stream-registry.ts';
import { hasUnsafeText } from './unsafe-text.ts';

/** A valid event, ready to be added to a profile and stored. */
export interface CheckedEvent {
  readonly index: number;
  readonly stream: OpenStream;
  readonly tsMs: number;
  readonly id: string | undefined;
  readonly leaves: Leaves;
}

export interface Refusal extends EventFault {
  readonly index: number;
}

export interface CheckedBatch {
  readonly events: readonly CheckedEvent[];
  readonly errors: readonly Refusal[];
}

export interface CheckRules {
  readonly limits: LeafLimits;
  readonly retentionDays: number;
  readonly maxFutureSeconds: number;
}

/** A number, or a pointer to a short text and the text. */
const BYTES_A_LEAF = 16;

/** What else a check needs. */
export interface CheckContext {
  readonly streams: StreamRegistry;
  readonly rules: CheckRules;
  readonly clock: Clock;
}

/**
 * Checks each event of a batch, and opens the streams that the events name. Of a large batch one slice at a time is in memory.
 *
 * @param book - told how many bytes the checked events take beside their text; it may throw
 * @throws AppError when the batch cannot be read; streams that it named before that place stay open
 */
export async function checkEvents(
  batch: Batch,
  context: CheckContext,
  book?: (bytes: number) => void,
): Promise<CheckedBatch> {
  const check = new BatchCheck(batch, context);
  let first = 0;
  for (const values of batch.slices) {
    if (first > 0) await nextTurn();
    check.addSlice(values, first);
    // Await only for streams that are new to this process: a batch of known streams must not cost a turn of the event loop.
    if (check.isWaiting) await check.openStreams();
    first += values.length;
    book?.(check.takeLeafCount() * BYTES_A_LEAF);
  }
  return check.finish();
}

class BatchCheck implements CheckedBatch {
  readonly events: CheckedEvent[] = [];
  readonly errors: Refusal[] = [];
  readonly #batch: Batch;
  readonly #context: CheckContext;
  readonly #window: TimeWindow;
  #waiting: TimedEvent[] = [];
  #isInOrder = true;
  #leafCount = 0;

  constructor(batch: Batch, context: CheckContext) {
    const { rules, clock } = context;
    const now = clock.now();
    this.#batch = batch;
    this.#context = context;
    this.#window = {
      earliestMs: now - rules.retentionDays * DAY_MS,
      latestMs: now + rules.maxFutureSeconds * SECOND_MS,
    };
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  addSlice(values: readonly unknown[], first: number): void {
    const { streams, rules } = this.#context;
    for (let i = 0; i < values.length; i++) {
      const index = first + i;
      const fault = formFault(values[i], this.#batch.hasEscapes, rules);
      const event = values[i] as Event;
      const tsMs = fault ?? readTime(event, this.#window, rules);
      if (typeof tsMs !== 'number') {
        this.errors.push({ index, ...tsMs });
        continue;
      }
      const stream = streams.find(event.service, event.endpoint);
      if (stream === undefined) this.#waiting.push({ index, event, tsMs });
      else this.#add({ index, event, tsMs }, stream);
    }
  }

  async openStreams(): Promise<void> {
    const { streams } = this.#context;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#isInOrder = false;
    const faults = await streams.open(namesOf(waiting));
    for (const timed of waiting) {
      const { service, endpoint } = timed.event;
      this.#add(timed, streams.find(service, endpoint) ?? faultOf(timed.event, faults));
    }
  }

  /** How many values of features were kept since the last call. */
  takeLeafCount(): number {
    const count = this.#leafCount;
    this.#leafCount = 0;
    return count;
  }

  finish(): CheckedBatch {
    const { events, errors } = this;
    return this.#isInOrder ? { events, errors } : { events: events.sort(byIndex), errors: errors.sort(byIndex) };
  }

  #add({ index, event, tsMs }: TimedEvent, stream: OpenStream | EventFault): void {
    const leaves = 'code' in stream ? stream : leavesOf(event, stream, this.#context.rules.limits);
    if ('code' in leaves) {
      this.errors.push({ index, ...leaves });
      return;
    }
    this.#leafCount += leaves.values.length;
    this.events.push({ index, stream: stream as OpenStream, tsMs, id: event.id ?? undefined, leaves });
  }
}

interface TimedEvent {
  readonly index: number;
  readonly event: Event;
  readonly tsMs: number;
}

function byIndex(a: { readonly index: number }, b: { readonly index: number }): number {
  return a.index - b.index;
}

function readTime(event: Event, window: TimeWindow, rules: CheckRules): number | EventFault {
  const tsMs = parseTimestamp(event.ts);
  if (typeof tsMs === 'string') return TIME_FAULTS[tsMs];
  return timeFault(tsMs, window, rules) ?? tsMs;
}

/** Each stream once. */
function namesOf(waiting: readonly TimedEvent[]): StreamName[] {
  const names = new Map<string, StreamName>();
  for (const { event } of waiting) {
    const { service, endpoint } = event;
    names.set(keyOf({ service, endpoint }), { service, endpoint });
  }
  return [...names.values()];
}

function faultOf(event: Event, faults: ReadonlyMap<string, EventFault>): EventFault {
  const fault = faults.get(keyOf(event));
  if (fault === undefined) throw new Error(`Stream ${event.service} ${event.endpoint} was not stored`);
  return fault;
}

function formFault(value: unknown, hasEscapes: boolean, rules: CheckRules): EventFault | undefined {
  const fault = findFault(value);
  if (fault !== undefined) return value instanceof Unread ? unreadFault(value, rules.limits) : fault;
  if (hasEscapes && hasUnsafeText(value, rules.limits.maxDepth)) {
    return { code: 'invalid_text', message: 'a string has a NUL character or an unpaired surrogate; remove it' };
  }
  return undefined;
}

function unreadFault({ why }: Unread, limits: LeafLimits): EventFault {
  if (why === 'invalid_json') return { code: 'invalid_json', message: 'this line is not valid JSON' };
  return leafFault(why === 'too_deep' ? why : 'too_many_leaves', limits);
}

const TIME_FAULTS = {
  not_a_time: { code: 'invalid_ts', message: 'ts must be ISO 8601 with a zone, or milliseconds since 1970' },
  no_zone: { code: 'invalid_ts', message: 'ts has no time zone; end it with Z or an offset such as +02:00' },
} as const;

interface TimeWindow {
  readonly earliestMs: number;
  readonly latestMs: number;
}

function timeFault(tsMs: number, window: TimeWindow, rules: CheckRules): EventFault | undefined {
  if (tsMs > window.latestMs) {
    return {
      code: 'ts_in_future',
      message: `ts is more than ${rules.maxFutureSeconds} s ahead of the service's clock (MAX_FUTURE_SECONDS)`,
    };
  }
  if (tsMs < window.earliestMs) {
    return {
      code: 'ts_too_old',
      message: `ts is older than ${rules.retentionDays} days, the time that events are kept; send newer ones, or raise EVENT_RETENTION_DAYS`,
    };
  }
  return undefined;
}

function leavesOf(event: Event, stream: OpenStream, limits: LeafLimits): Leaves | EventFault {
  const leaves = readLeaves(event, stream.features, limits);
  if (typeof leaves === 'string') return leafFault(leaves, limits);
  for (const path of stream.features.takeNew()) stream.unsavedPaths.add(path);
  noteIgnored(stream, leaves.ignored);
  return leaves;
}

/** So many are stored by name: a stream that makes up names without end must not fill the database with them. */
const MAX_IGNORED_PATHS = 1_000;

function noteIgnored({ ignoredPaths, unsavedIgnored }: OpenStream, paths: readonly string[]): void {
  for (const path of paths) {
    if (ignoredPaths.size >= MAX_IGNORED_PATHS) return;
    if (ignoredPaths.has(path)) continue;
    ignoredPaths.add(path);
    unsavedIgnored.add(path);
  }
}

function leafFault(problem: LeafProblem, limits: LeafLimits): EventFault {
  const messages: Readonly<Record<LeafProblem, string>> = {
    too_deep: `the event is nested deeper than ${limits.maxDepth} levels`,
    too_many_leaves: `the event has more than ${limits.maxLeaves} values, objects and lists included`,
    not_finite: 'a number is too large to be stored',
  };
  return { code: problem, message: messages[problem] };
}
