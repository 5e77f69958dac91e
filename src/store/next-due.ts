import type { Queryable } from './database.ts';
import { msOf } from './sql.ts';

/** When the next run, reminder or delivery is due. For a driven clock. */
export async function findNextDue(db: Queryable): Promise<number | undefined> {
  const sql = `select ${msOf('min(at)')} as "atMs" from (
    select min(greatest(due_at, coalesce(lease_until, due_at))) as at from monitors where not paused
    union all select min(notify_at) from incidents where notify_at is not null
    union all select min(greatest(next_at, coalesce(lease_until, next_at))) from notifications where status = 'pending') d`;
  return (await db.query<{ atMs: number | null }>(sql)).rows[0]?.atMs ?? undefined;
}
