import type { Database, Queryable } from './database.ts';
import { failedWith } from './sql-state.ts';

/** Where Intent Drift Monitor & Guard keeps its events; here the name is that of a view. */
const GUARD_TABLE = 'observations_raw';
/** What its table is called once it is taken over. It stays as it is. */
export const TAKEN_OVER = 'guard_observations_raw';
const COLUMNS = ['id', 'ts', 'service', 'endpoint', 'host', 'payload'];
const LOCK_TIMEOUT_S = 10;

/** The database of DATABASE_URL is another system's, or not what an import expects. The message says what to do. */
export class WrongDatabase extends Error {
  override readonly name = 'WrongDatabase';
}

/** Whether the name is that of a table, and not of the view. */
async function hasGuardTable(db: Queryable): Promise<boolean> {
  return hasTable(db, GUARD_TABLE);
}

/** @throws WrongDatabase before anything is changed, when the database is Guard's own */
export async function assertNotGuards(db: Queryable): Promise<void> {
  if (!(await hasGuardTable(db))) return;
  throw new WrongDatabase(
    `The database has a table ${GUARD_TABLE}: it is that of Intent Drift Monitor & Guard, and nothing of it was changed. ` +
      'Stop Guard, then take its events over: plumbline import guard',
  );
}

/**
 * Renames Guard's table, so that there is room for ours. Nothing happens where an earlier import did so.
 *
 * @throws WrongDatabase when there is no such table, it has other columns, or Guard holds it
 */
export async function takeOverGuardTable(db: Database): Promise<void> {
  const [isThere, isTaken] = [await hasGuardTable(db), await hasTable(db, TAKEN_OVER)];
  if (isTaken && !isThere) return;
  if (isTaken) throw wrongTable(`there are both ${GUARD_TABLE} and ${TAKEN_OVER}; rename or drop one of them`);
  if (!isThere)
    throw wrongTable(`it has no table ${GUARD_TABLE}; set DATABASE_URL to the database that Guard wrote to`);
  const missing = await missingColumns(db);
  if (missing.length > 0) throw wrongTable(`its table ${GUARD_TABLE} is not Guard's: it has no ${missing.join(', ')}`);
  try {
    await db.transaction((tx) =>
      tx.query(`set local lock_timeout = '${LOCK_TIMEOUT_S}s'; alter table ${GUARD_TABLE} rename to ${TAKEN_OVER}`),
    );
  } catch (error) {
    if (!failedWith(error, 'LOCK_NOT_AVAILABLE')) throw error;
    throw wrongTable(`somebody has used its table ${GUARD_TABLE} for ${LOCK_TIMEOUT_S} s; stop Guard, then try again`);
  }
}

function wrongTable(why: string): WrongDatabase {
  return new WrongDatabase(`Nothing was imported from the database: ${why}`);
}

async function hasTable(db: Queryable, name: string): Promise<boolean> {
  const sql = `select from pg_class where relnamespace = current_schema()::regnamespace and relname = $1 and relkind in ('r', 'p', 'f')`;
  return (await db.query(sql, [name])).rowCount > 0;
}

async function missingColumns(db: Queryable): Promise<string[]> {
  const sql = `select attname::text as name from pg_attribute
    where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`;
  const { rows } = await db.query<{ name: string }>(sql, [GUARD_TABLE]);
  return COLUMNS.filter((column) => !rows.some(({ name }) => name === column));
}

export interface GuardRow {
  readonly id: number;
  /** An event as JSON: the payload, with the columns in the place of the fields of that name. */
  readonly event: string;
}

/** In the order of their ids. */
export async function readGuardRows(db: Queryable, afterId: number, limit: number): Promise<GuardRow[]> {
  const sql = `select id, (payload::jsonb
      || jsonb_build_object('ts', to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'service', service, 'endpoint', endpoint)
      || case when host is null then '{}' else jsonb_build_object('host', host) end)::text as event
    from ${TAKEN_OVER} where id > $1 order by id limit $2`;
  return (await db.query<GuardRow>(sql, [afterId, limit])).rows;
}

export async function countGuardRows(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`select count(*) as n from ${TAKEN_OVER}`);
  return rows[0]?.n ?? 0;
}
