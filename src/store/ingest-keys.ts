import type { Queryable } from './database.ts';

export interface IngestKeyClaim {
  readonly key: string;
  readonly bodyHash: Uint8Array;
  readonly answer: string;
}

/** `claimed`: this request is the first with the key. Otherwise the body and the answer of the first one. */
export type IngestKeyState = 'claimed' | { readonly bodyHash: Uint8Array; readonly answer: string };

/** How long an answer is stored, on the database's clock; older keys count as unused. */
const KEEP = `interval '24 hours'`;

/** For all requests of one commit. Waits for a transaction that holds one of the keys. */
export async function claimIngestKeys(db: Queryable, claims: readonly IngestKeyClaim[]): Promise<IngestKeyState[]> {
  const firsts = new Map<string, IngestKeyClaim>();
  for (const claim of claims) if (!firsts.has(claim.key)) firsts.set(claim.key, claim);
  const claimed = await insertKeys(db, [...firsts.values()].sort(byKey));
  const held = await readKeys(
    db,
    [...firsts.keys()].filter((key) => !claimed.has(key)),
  );
  return claims.map((claim) => {
    if (claimed.has(claim.key))
      return firsts.get(claim.key) === claim ? 'claimed' : stateOf(firsts.get(claim.key), claim);
    return stateOf(held.get(claim.key), claim);
  });
}

function byKey(a: IngestKeyClaim, b: IngestKeyClaim): number {
  return a.key < b.key ? -1 : 1;
}

function stateOf(found: IngestKeyClaim | undefined, claim: IngestKeyClaim): IngestKeyState {
  if (found === undefined) throw new Error(`Idempotency key ${claim.key} was neither claimed nor found`);
  return { bodyHash: found.bodyHash, answer: found.answer };
}

async function insertKeys(db: Queryable, claims: readonly IngestKeyClaim[]): Promise<Set<string>> {
  if (claims.length === 0) return new Set();
  const sql = `insert into ingest_keys as k (key, body_hash, answer)
    select * from unnest($1::text[], $2::bytea[], $3::text[])
    on conflict (key) do update
      set body_hash = excluded.body_hash, answer = excluded.answer, created_at = now()
      where k.created_at < now() - ${KEEP}
    returning key`;
  const columns = [claims.map((c) => c.key), claims.map((c) => hexOf(c.bodyHash)), claims.map((c) => c.answer)];
  const { rows } = await db.query<{ key: string }>(sql, columns);
  return new Set(rows.map((row) => row.key));
}

function hexOf(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes).toString('hex')}`;
}

async function readKeys(db: Queryable, keys: readonly string[]): Promise<Map<string, IngestKeyClaim>> {
  if (keys.length === 0) return new Map();
  const sql = `select key, body_hash as "bodyHash", answer from ingest_keys where key = any($1::text[])`;
  const { rows } = await db.query<IngestKeyClaim>(sql, [keys]);
  return new Map(rows.map((row) => [row.key, row]));
}

/** For an answer that is known only after the claim, in the same transaction. */
export async function updateIngestAnswer(db: Queryable, key: string, answer: string): Promise<void> {
  await db.query('update ingest_keys set answer = $2 where key = $1', [key, answer]);
}

export async function dropOldIngestKeys(db: Queryable): Promise<number> {
  return (await db.query(`delete from ingest_keys where created_at < now() - ${KEEP}`)).rowCount;
}
