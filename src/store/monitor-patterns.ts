import type { StreamName } from '../core/stream-name.ts';
import type { Queryable } from './database.ts';
import { msOf, timestampParam } from './sql.ts';

/** A document that makes a monitor for each stream that matches. */
export interface MonitorPattern {
  readonly id: number;
  readonly name: string;
  /** The document as it was written; the store does not read it. */
  readonly spec: unknown;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** How many monitors it has made. */
  readonly monitors: number;
}

const SELECT = `select p.id, p.name, p.spec, ${msOf('p.created_at')} as "createdAtMs", ${msOf('p.updated_at')} as "updatedAtMs",
  (select count(*) from monitors m where m.pattern_id = p.id) as monitors from monitor_patterns p`;

/** By name. */
export async function listPatterns(db: Queryable): Promise<MonitorPattern[]> {
  return (await db.query<MonitorPattern>(`${SELECT} order by p.name`)).rows;
}

export async function findPatternByName(db: Queryable, name: string): Promise<MonitorPattern | undefined> {
  return (await db.query<MonitorPattern>(`${SELECT} where p.name = $1`, [name])).rows[0];
}

/** As it is now; it cannot be changed or deleted until the transaction ends. */
export async function lockPattern(tx: Queryable, id: number): Promise<MonitorPattern | undefined> {
  return (await tx.query<MonitorPattern>(`${SELECT} where p.id = $1 for update of p`, [id])).rows[0];
}

/** A taken name is a UNIQUE_VIOLATION. */
export async function insertPattern(tx: Queryable, name: string, spec: unknown, nowMs: number): Promise<number> {
  const sql = `insert into monitor_patterns (name, spec, created_at, updated_at) values ($1, $2::json, $3, $3) returning id`;
  const { rows } = await tx.query<{ id: number }>(sql, [name, JSON.stringify(spec), timestampParam(nowMs)]);
  if (rows[0] === undefined) throw new Error(`Pattern ${name} was not stored`);
  return rows[0].id;
}

export async function updatePattern(tx: Queryable, id: number, spec: unknown, nowMs: number): Promise<void> {
  const sql = 'update monitor_patterns set spec = $2::json, updated_at = $3 where id = $1';
  await tx.query(sql, [id, JSON.stringify(spec), timestampParam(nowMs)]);
}

/** Its monitors are gone by then. */
export async function deletePattern(tx: Queryable, id: number): Promise<void> {
  await tx.query('delete from monitor_patterns where id = $1', [id]);
}

/** Which streams a pattern is for. */
export interface StreamFilter {
  /** As LIKE has it. */
  readonly service: string;
  readonly endpoint: string;
  readonly needsBaseline: boolean;
  /** Leave out streams that have a monitor of this pattern. */
  readonly notOfPattern?: number | undefined;
}

/** Streams that match, oldest first. */
export async function listMatchingStreams(
  db: Queryable,
  { service, endpoint, needsBaseline, notOfPattern }: StreamFilter,
): Promise<(StreamName & { id: number })[]> {
  const sql = `select s.id, s.service, s.endpoint from streams s where s.service like $1 and s.endpoint like $2
    and (not $3::boolean or exists (select 1 from baselines b where b.stream_id = s.id and b.active))
    and not exists (select 1 from monitors m where m.stream_id = s.id and m.pattern_id = $4::bigint) order by s.id`;
  const params = [service, endpoint, needsBaseline, notOfPattern ?? null];
  return (await db.query<StreamName & { id: number }>(sql, params)).rows;
}
