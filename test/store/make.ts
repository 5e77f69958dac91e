import { randomUUID } from 'node:crypto';
import { floorTo, MINUTE_MS } from '../../src/core/time/window.ts';
import type { BatchRow, ProfileRow } from '../../src/store/append.ts';
import type { Database } from '../../src/store/database.ts';
import { getOrCreateStream } from '../../src/store/streams.ts';

export const DAY = Date.UTC(2026, 0, 15);

export async function makeStream(db: Database): Promise<number> {
  return (await getOrCreateStream(db, 'test', randomUUID())).id;
}

/** A batch of events that carry these times, each with the extra members given. */
export function makeBatch(streamId: number, timesMs: readonly number[], extra: object = {}): BatchRow {
  const events = timesMs.map((ms) => ({ ts: new Date(ms).toISOString(), service: 'test', endpoint: 'e', ...extra }));
  return {
    streamId,
    bucketMs: floorTo(timesMs[0] ?? 0, MINUTE_MS),
    n: events.length,
    minMs: Math.min(...timesMs),
    maxMs: Math.max(...timesMs),
    eventsJson: JSON.stringify(events),
  };
}

export function makeProfileRow(streamId: number, bucketMs: number, span: ProfileRow['span'] = 60, n = 1): ProfileRow {
  return { streamId, bucketMs, span, n, profile: Uint8Array.of(0, 1, 128, 255, n) };
}
