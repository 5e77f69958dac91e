import type { Queryable } from './database.ts';
import { dayParam } from './sql.ts';

export interface EventIdClaim {
  readonly streamId: number;
  /** Any moment of the UTC day of the event's own time. */
  readonly dayMs: number;
  readonly id: string;
}

/**
 * Claims the ids for this transaction: true where an id is new, false where it is stored already or came earlier in the same call.
 * Every transaction inserts in the same order, so that two cannot deadlock; the second waits for the first.
 */
export async function claimEventIds(db: Queryable, claims: readonly EventIdClaim[]): Promise<boolean[]> {
  const byKey = new Map(claims.map((claim) => [keyOf(claim.streamId, dayParam(claim.dayMs), claim.id), claim]));
  const sorted = [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? []);
  const fresh = await insertEventIds(db, sorted);
  return claims.map((claim) => fresh.delete(keyOf(claim.streamId, dayParam(claim.dayMs), claim.id)));
}

async function insertEventIds(db: Queryable, claims: readonly EventIdClaim[]): Promise<Set<string>> {
  if (claims.length === 0) return new Set();
  const sql = `insert into event_ids (stream_id, day, id) select * from unnest($1::bigint[], $2::date[], $3::text[])
    on conflict do nothing returning stream_id, day::text as day, id`;
  const columns = [claims.map((c) => c.streamId), claims.map((c) => dayParam(c.dayMs)), claims.map((c) => c.id)];
  const { rows } = await db.query<{ stream_id: number; day: string; id: string }>(sql, columns);
  return new Set(rows.map((row) => keyOf(row.stream_id, row.day, row.id)));
}

function keyOf(streamId: number, day: string, id: string): string {
  return `${streamId} ${day} ${id}`;
}
