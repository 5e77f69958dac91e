import type { Database } from '../../../src/store/database.ts';

/** As Guard's README describes its table. */
const TABLE = `create table observations_raw (id bigserial primary key, ts timestamptz not null, service text not null,
    endpoint text not null, host text, payload jsonb not null);
  create index on observations_raw (service, endpoint, ts)`;

/** Payments, one every ten seconds up to a moment: ids in the order of their times. */
const PAYMENTS = `insert into observations_raw (ts, service, endpoint, host, payload)
  select ts, 'payments_api', 'POST /v2/payments', 'client-' || i % 3, jsonb_build_object(
    'ts', to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'service', 'payments_api', 'endpoint', 'POST /v2/payments',
    'request', jsonb_build_object('body', jsonb_build_object('amount', i % 100 + .25, 'currency', (array['USD', 'EUR'])[1 + i % 2])),
    'response', jsonb_build_object('status', 200, 'duration_ms', 700 + i % 50))
  from (select i, $1::timestamptz - ($2::int - i) * interval '10 seconds' as ts from generate_series(1, $2::int) i) payments`;

/** Makes a database be that of Guard, with this many payments until a moment and nothing else. */
export async function makeGuardDatabase(db: Database, payments: number, untilMs: number): Promise<void> {
  await db.query(`drop schema public cascade; create schema public; ${TABLE}`);
  await db.query(PAYMENTS, [new Date(untilMs).toISOString(), payments]);
}

export async function insertPayload(db: Database, tsMs: number, payload: unknown): Promise<void> {
  const sql = `insert into observations_raw (ts, service, endpoint, host, payload) values ($1, 'other', 'GET /', null, $2::jsonb)`;
  await db.query(sql, [new Date(tsMs).toISOString(), JSON.stringify(payload)]);
}
