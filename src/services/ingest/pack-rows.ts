import { ProfileBuilder } from '../../core/profile/builder.ts';
import { encodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { seedOf } from '../../core/profile/seed.ts';
import { SPANS } from '../../core/profile/span.ts';
import { floorTo, MINUTE_MS } from '../../core/time/window.ts';
import type { BatchRow, ProfileRow } from '../../store/append.ts';
import type { CheckedEvent } from './check-events.ts';
import type { BatchTexts } from './parse-batch.ts';
import type { OpenStream } from './stream-registry.ts';

/** The valid events of one request, and the text of its batch. */
export interface AcceptedBatch {
  readonly texts: BatchTexts;
  readonly events: readonly CheckedEvent[];
}

export interface PackedRows {
  readonly batches: readonly BatchRow[];
  readonly profiles: readonly ProfileRow[];
}

const MAX_ROW_EVENTS = 10_000;
const MAX_ROW_CHARS = 4 * 1024 * 1024;

/** The events of one stream and minute, from all requests of one commit. */
class MinuteGroup {
  readonly stream: OpenStream;
  readonly bucketMs: number;
  readonly builder: ProfileBuilder;
  readonly rows: BatchRow[] = [];
  #texts: string[] = [];
  #chars = 0;
  #n = 0;
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = Number.NEGATIVE_INFINITY;

  constructor(stream: OpenStream, bucketMs: number) {
    this.stream = stream;
    this.bucketMs = bucketMs;
    this.builder = new ProfileBuilder(stream.features, seedOf(stream.id, bucketMs));
  }

  addToProfile(event: CheckedEvent): void {
    this.builder.add(event.leaves);
    if (event.tsMs < this.#minMs) this.#minMs = event.tsMs;
    if (event.tsMs > this.#maxMs) this.#maxMs = event.tsMs;
  }

  /** Appends the text of n events that are in the profile; starts a new row when this one would get too long. */
  append(text: string, n: number): void {
    if (this.#n > 0 && (this.#n + n > MAX_ROW_EVENTS || this.#chars + text.length > MAX_ROW_CHARS)) this.closeRow();
    this.#texts.push(text);
    this.#chars += text.length;
    this.#n += n;
  }

  closeRow(): void {
    this.rows.push({
      streamId: this.stream.id,
      bucketMs: this.bucketMs,
      n: this.#n,
      minMs: this.#minMs,
      maxMs: this.#maxMs,
      eventsJson: `[${this.#texts.join(',')}]`,
    });
    this.#texts = [];
    this.#chars = 0;
    this.#n = 0;
  }

  profileRow(): ProfileRow {
    const profile = encodeProfile(this.builder.build());
    return { streamId: this.stream.id, bucketMs: this.bucketMs, span: SPANS.minute, n: this.builder.events, profile };
  }
}

/** Groups the events of a commit by stream and minute: each group gives rows of events as sent, and one profile. */
export function packRows(accepted: readonly AcceptedBatch[]): PackedRows {
  const groups = new Map<OpenStream, Map<number, MinuteGroup>>();
  for (const batch of accepted) addBatch(batch, groups);
  const packed = [...groups.values()].flatMap((minutes) => [...minutes.values()]);
  for (const group of packed) group.closeRow();
  return { batches: packed.flatMap((group) => group.rows), profiles: packed.map((group) => group.profileRow()) };
}

function addBatch(batch: AcceptedBatch, groups: Map<OpenStream, Map<number, MinuteGroup>>): void {
  const { events, texts } = batch;
  const groupOfEvent = events.map((event) => groupOf(event, groups));
  const first = groupOfEvent[0];
  // A typical batch has one stream, one minute and no refusals: its text is stored unchanged, without splitting it.
  const isWhole = events.length === texts.count && groupOfEvent.every((group) => group === first);
  events.forEach((event, i) => {
    const group = groupOfEvent[i] as MinuteGroup;
    group.addToProfile(event);
    if (!isWhole) group.append(texts.textOf(event.index), 1);
  });
  if (isWhole) first?.append(texts.wholeText(), events.length);
}

function groupOf(event: CheckedEvent, groups: Map<OpenStream, Map<number, MinuteGroup>>): MinuteGroup {
  const bucketMs = floorTo(event.tsMs, MINUTE_MS);
  const minutes = groups.get(event.stream) ?? new Map<number, MinuteGroup>();
  const known = minutes.get(bucketMs);
  if (known !== undefined) return known;
  const group = new MinuteGroup(event.stream, bucketMs);
  groups.set(event.stream, minutes.set(bucketMs, group));
  return group;
}
