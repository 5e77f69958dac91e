import type { Clock } from '../core/time/clock.ts';
import type { Queryable } from './database.ts';
import { MOMENT, msOf, nowParam } from './sql.ts';

/** "Now" for what replicas share: the database's clock, because theirs may differ; a driven clock where there is one. */
export async function readDatabaseTime(db: Queryable, clock: Clock): Promise<number> {
  const sql = `with ${MOMENT} select ${msOf('moment.now')} as "nowMs" from moment`;
  const { rows } = await db.query<{ nowMs: number }>(sql, [nowParam(clock)]);
  return rows[0]?.nowMs ?? clock.now();
}
