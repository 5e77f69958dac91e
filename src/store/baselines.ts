import type { FeatureSummary } from '../core/drift/feature-summary.ts';
import { AppError } from '../core/errors.ts';
import type { SloTargets } from '../core/evaluation/settings.ts';
import type { Queryable } from './database.ts';
import { BY_ID, NEWEST, type PageQuery } from './page.ts';
import { timestampParam, wholeNumberOf } from './sql.ts';

export interface BaselineInsert {
  readonly streamId: number;
  readonly name: string;
  readonly createdAtMs: number;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly samples: number;
  /** Its own targets; they override those of the environment. */
  readonly slo: Partial<SloTargets>;
  /** Its features, described for people; the store does not read them. */
  readonly features: readonly FeatureSummary[];
  readonly warnings: readonly string[];
  /** Where it came from, e.g. `events`. */
  readonly source: string;
  readonly profile: Uint8Array;
}

/** A stored baseline without its profile, which is large: `getBaselineProfile`. */
export interface Baseline extends Omit<BaselineInsert, 'profile'> {
  readonly id: number;
  readonly service: string;
  readonly endpoint: string;
  readonly active: boolean;
}

interface BaselineColumns extends Omit<Baseline, 'createdAtMs' | 'windowStartMs' | 'windowEndMs'> {
  created_at: Date;
  window_start: Date;
  window_end: Date;
}

const SELECT_BASELINE = `
  select b.id, b.stream_id as "streamId", s.service, s.endpoint, b.name, b.created_at, b.window_start, b.window_end,
    b.samples, b.slo, b.features, b.warnings, b.source, b.active
  from baselines b join streams s on s.id = b.stream_id`;

function toBaseline({ created_at, window_start, window_end, ...rest }: BaselineColumns): Baseline {
  return {
    ...rest,
    createdAtMs: created_at.getTime(),
    windowStartMs: window_start.getTime(),
    windowEndMs: window_end.getTime(),
  };
}

/** It is not active. A taken name is a UNIQUE_VIOLATION. */
export async function insertBaseline(db: Queryable, baseline: BaselineInsert): Promise<Baseline> {
  const sql = `insert into baselines
    (stream_id, name, created_at, window_start, window_end, samples, slo, features, warnings, source, profile)
    values ($1, $2, $3, $4, $5, $6, $7::json, $8::json, $9::json, $10, $11) returning id`;
  const { rows } = await db.query<{ id: number }>(sql, [
    baseline.streamId,
    baseline.name,
    timestampParam(baseline.createdAtMs),
    timestampParam(baseline.windowStartMs),
    timestampParam(baseline.windowEndMs),
    baseline.samples,
    JSON.stringify(baseline.slo),
    JSON.stringify(baseline.features),
    JSON.stringify(baseline.warnings),
    baseline.source,
    baseline.profile,
  ]);
  const stored = rows[0] && (await findOne(db, 'b.id = $1', [rows[0].id]));
  if (stored === undefined) throw new Error(`Baseline ${baseline.name} was not stored`);
  return stored;
}

export interface BaselineFilter extends PageQuery {
  readonly streamId?: number | undefined;
  readonly isActive?: boolean | undefined;
}

/** Newest first. */
export async function listBaselines(
  db: Queryable,
  filter: BaselineFilter,
): Promise<{ baselines: Baseline[]; next: string | null }> {
  const before = BY_ID.start(filter.after, NEWEST);
  const sql = `${SELECT_BASELINE}
    where b.id < $1 and ($2::bigint is null or b.stream_id = $2) and ($3::boolean is null or b.active = $3)
    order by b.id desc limit $4`;
  const params = [before.id, filter.streamId ?? null, filter.isActive ?? null, filter.limit + 1];
  const { rows } = await db.query<BaselineColumns>(sql, params);
  const page = BY_ID.cut(rows, filter.limit);
  return { baselines: page.rows.map(toBaseline), next: page.next };
}

/** By name, or by id, as a number or in digits. A name of digits wins over the id. */
export async function findBaseline(db: Queryable, idOrName: number | string): Promise<Baseline | undefined> {
  const name = String(idOrName);
  const id = wholeNumberOf(name) ?? null;
  if (typeof idOrName === 'number') return findOne(db, 'b.id = $1::bigint', [id]);
  return findOne(db, 'b.name = $1 or b.id = $2::bigint order by b.name = $1 desc', [name, id]);
}

export async function findActiveBaseline(db: Queryable, streamId: number): Promise<Baseline | undefined> {
  return findOne(db, 'b.stream_id = $1 and b.active', [streamId]);
}

async function findOne(db: Queryable, where: string, params: readonly unknown[]): Promise<Baseline | undefined> {
  const { rows } = await db.query<BaselineColumns>(`${SELECT_BASELINE} where ${where} limit 1`, params);
  return rows[0] && toBaseline(rows[0]);
}

/** @throws AppError baseline_not_found, when it has been deleted since it was found */
export async function getBaselineProfile(db: Queryable, id: number): Promise<Uint8Array> {
  const { rows } = await db.query<{ profile: Uint8Array }>('select profile from baselines where id = $1', [id]);
  if (rows[0] === undefined) throw new AppError('baseline_not_found', 'The baseline has just been deleted.');
  return rows[0].profile;
}

/**
 * Makes it the active baseline of its stream; false when there is no such baseline. Call it in a transaction: it locks the stream's row, so
 * that one of two activations at once waits for the other.
 */
export async function activateBaseline(tx: Queryable, id: number): Promise<boolean> {
  const lock = `select s.id from streams s join baselines b on b.stream_id = s.id where b.id = $1 for no key update of s`;
  const { rows } = await tx.query<{ id: number }>(lock, [id]);
  if (rows[0] === undefined) return false;
  await tx.query('update baselines set active = false where stream_id = $1 and active and id <> $2', [rows[0].id, id]);
  return (await tx.query('update baselines set active = true where id = $1', [id])).rowCount === 1;
}

/** False when there is no such baseline. */
export async function deleteBaseline(db: Queryable, id: number): Promise<boolean> {
  return (await db.query('delete from baselines where id = $1', [id])).rowCount === 1;
}
