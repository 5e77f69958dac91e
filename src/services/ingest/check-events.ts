import { type LeafLimits, type LeafProblem, type Leaves, readLeaves } from '../../core/profile/leaves.ts';
import type { Clock } from '../../core/time/clock.ts';
import { parseTimestamp } from '../../core/time/timestamp.ts';
import { DAY_MS, SECOND_MS } from '../../core/time/window.ts';
import { type Event, type EventFault, findFault } from './event-schema.ts';
import type { Batch } from './parse-batch.ts';
import type { OpenStream, StreamRegistry } from './stream-registry.ts';
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

/** Checks each event of a batch, and opens the streams that the events name. */
export async function checkEvents(
  batch: Batch,
  streams: StreamRegistry,
  rules: CheckRules,
  clock: Clock,
): Promise<CheckedBatch> {
  const errors: Refusal[] = [];
  const events: CheckedEvent[] = [];
  const now = clock.now();
  const window = { earliestMs: now - rules.retentionDays * DAY_MS, latestMs: now + rules.maxFutureSeconds * SECOND_MS };
  const newStreams = new NewStreams(streams);
  for (let index = 0; index < batch.values.length; index++) {
    const value = batch.values[index];
    const fault = formFault(batch, index, rules);
    if (fault !== undefined) {
      errors.push({ index, ...fault });
      continue;
    }
    const event = value as Event;
    const tsMs = parseTimestamp(event.ts);
    const badTime = typeof tsMs === 'string' ? TIME_FAULTS[tsMs] : timeFault(tsMs, window, rules);
    if (badTime !== undefined) {
      errors.push({ index, ...badTime });
      continue;
    }
    // Await only for a stream that is new to this process: an event of a known stream must not cost a turn of the event loop.
    const stream = streams.find(event.service, event.endpoint) ?? (await newStreams.open(event));
    const leaves = 'code' in stream ? stream : leavesOf(event, stream, rules.limits);
    if ('code' in leaves) errors.push({ index, ...leaves });
    else {
      events.push({ index, stream: stream as OpenStream, tsMs: tsMs as number, id: event.id ?? undefined, leaves });
    }
  }
  return { events, errors };
}

function formFault(batch: Batch, index: number, rules: CheckRules): EventFault | undefined {
  if (batch.broken.has(index)) return { code: 'invalid_json', message: 'this line is not valid JSON' };
  const fault = findFault(batch.values[index]);
  if (fault !== undefined) return fault;
  if (batch.hasEscapes && hasUnsafeText(batch.values[index], rules.limits.maxDepth)) {
    return { code: 'invalid_text', message: 'a string has a NUL character or an unpaired surrogate; remove it' };
  }
  return undefined;
}

const TIME_FAULTS = {
  not_a_time: { code: 'invalid_ts', message: 'ts must be ISO 8601 with a zone, or milliseconds since 1970' },
  no_zone: { code: 'invalid_ts', message: 'ts has no time zone; end it with Z or an offset such as +02:00' },
} as const;

function timeFault(
  tsMs: number,
  window: { earliestMs: number; latestMs: number },
  rules: CheckRules,
): EventFault | undefined {
  if (tsMs > window.latestMs) {
    return {
      code: 'ts_in_future',
      message: `ts is more than ${rules.maxFutureSeconds} s ahead of the service's clock (MAX_FUTURE_SECONDS)`,
    };
  }
  if (tsMs < window.earliestMs) {
    return {
      code: 'ts_too_old',
      message: `ts is older than ${rules.retentionDays} days, the time that events are kept (EVENT_RETENTION_DAYS)`,
    };
  }
  return undefined;
}

function leavesOf(event: Event, stream: OpenStream, limits: LeafLimits): Leaves | EventFault {
  const leaves = readLeaves(event, stream.features, limits);
  if (typeof leaves === 'string') return leafFault(leaves, limits);
  for (const path of stream.features.takeNew()) stream.unsavedPaths.add(path);
  return leaves;
}

function leafFault(problem: LeafProblem, limits: LeafLimits): EventFault {
  const messages: Readonly<Record<LeafProblem, string>> = {
    too_deep: `the event is nested deeper than ${limits.maxDepth} levels`,
    too_many_leaves: `the event has more than ${limits.maxLeaves} values`,
    too_many_features: `the stream has reached ${limits.maxFeatures} features; exclude some with FEATURES_DENY`,
    not_finite: 'a number is too large to be stored',
  };
  return { code: problem, message: messages[problem] };
}

/** Opens streams that are new to this process. A stream that is refused is tried only once for each batch. */
class NewStreams {
  readonly #streams: StreamRegistry;
  readonly #refused = new Map<string, EventFault>();

  constructor(streams: StreamRegistry) {
    this.#streams = streams;
  }

  async open({ service, endpoint }: Event): Promise<OpenStream | EventFault> {
    const name = JSON.stringify([service, endpoint]);
    const known = this.#refused.get(name);
    if (known !== undefined) return known;
    const stream = await this.#streams.open({ service, endpoint });
    if ('code' in stream) this.#refused.set(name, stream);
    return stream;
  }
}
