import type { Clock } from '../core/time/clock.ts';
import type { Queryable } from './database.ts';
import { MOMENT, nowParam } from './sql.ts';

/**
 * Claims a task that all replicas share: true for one of them, once in each interval.
 *
 * A claim that is a little late keeps the rhythm of the task: otherwise a wake-up that is a moment too early would skip a whole interval.
 */
export async function claimTask(db: Queryable, clock: Clock, name: string, everyMs: number): Promise<boolean> {
  const every = `$3::float8 * interval '1 millisecond'`;
  const sql = `with ${MOMENT} insert into scheduled_tasks as t (name, due_at) select $2, now + ${every} from moment
    on conflict (name) do update set due_at =
        case when t.due_at + 2 * ${every} > excluded.due_at then t.due_at + ${every} else excluded.due_at end
      where t.due_at + ${every} <= excluded.due_at`;
  return (await db.query(sql, [nowParam(clock), name, everyMs])).rowCount === 1;
}
