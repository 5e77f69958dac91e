import { DAY_MS, floorTo } from '../core/time/window.ts';
import type { Database, Queryable } from './database.ts';
import { dayParam } from './sql.ts';
import { failedWith } from './sql-state.ts';

const PARTITIONED = ['event_batches', 'event_ids'] as const;

/** A number that no other advisory lock uses. */
const PARTITIONS_LOCK = 7_346_201;

interface Partition {
  readonly table: (typeof PARTITIONED)[number];
  readonly name: string;
  readonly dayMs: number;
}

/** Creates the missing partitions of these days. Not in a transaction that inserts; any number of processes may do it at once. */
export async function ensurePartitions(db: Database, daysMs: readonly number[]): Promise<void> {
  const days = [...new Set(daysMs.map((ms) => floorTo(ms, DAY_MS)))];
  const wanted = days.flatMap((dayMs) =>
    PARTITIONED.map((table) => ({ table, name: partitionName(table, dayMs), dayMs })),
  );
  if ((await listMissing(db, wanted)).length === 0) return;
  await db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [PARTITIONS_LOCK]);
    for (const partition of await listMissing(tx, wanted)) await createPartition(tx, partition);
  });
}

function partitionName(table: string, dayMs: number): string {
  return `${table}_${dayParam(dayMs).replaceAll('-', '')}`;
}

/** Reads pg_class: to_regclass can return what was true before the lock. */
async function listMissing(db: Queryable, wanted: readonly Partition[]): Promise<Partition[]> {
  const sql = `select relname::text as name from pg_class
    where relnamespace = current_schema()::regnamespace and relname = any($1::text[])`;
  const { rows } = await db.query<{ name: string }>(sql, [wanted.map((partition) => partition.name)]);
  const existing = new Set(rows.map((row) => row.name));
  return wanted.filter((partition) => !existing.has(partition.name));
}

/** Created alone and then attached: `create … partition of` would block all inserts into the table. */
async function createPartition(tx: Queryable, { table, name, dayMs }: Partition): Promise<void> {
  const [from, to] = [dayParam(dayMs), dayParam(dayMs + DAY_MS)];
  const zone = table === 'event_batches' ? ' 00:00:00+00' : '';
  await tx.query(`
    create table ${name} (like ${table} including all);
    alter table ${table} attach partition ${name} for values from ('${from}${zone}') to ('${to}${zone}')`);
}

/**
 * Drops the partitions of days that ended before a moment, and the events with them; returns how many days.
 * A partition that a long query holds is left for the next run.
 */
export async function dropPartitionsBefore(db: Database, ms: number): Promise<number> {
  const oldest = dayParam(floorTo(ms, DAY_MS)).replaceAll('-', '');
  const sql = `select c.relname as name from pg_inherits i
      join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
    where p.relname = any($1::text[]) and c.relnamespace = current_schema()::regnamespace
      and substring(c.relname from '\\d{8}$') < $2 order by 1`;
  const { rows } = await db.query<{ name: string }>(sql, [PARTITIONED, oldest]);
  const dropped = new Set<string>();
  for (const { name } of rows) if (await dropPartition(db, name)) dropped.add(name.slice(-8));
  return dropped.size;
}

async function dropPartition(db: Database, name: string): Promise<boolean> {
  try {
    await db.transaction((tx) => tx.query(`set local lock_timeout = '5s'; drop table if exists ${name}`));
    return true;
  } catch (error) {
    if (failedWith(error, 'LOCK_NOT_AVAILABLE')) return false;
    throw error;
  }
}
