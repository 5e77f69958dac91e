import type { KeyScope } from '../core/key-scope.ts';
import type { Queryable } from './database.ts';

export interface ApiKey {
  readonly id: number;
  readonly name: string;
  readonly scope: KeyScope;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
}

interface ApiKeyColumns {
  id: number;
  name: string;
  scope: KeyScope;
  created_at: Date;
  revoked_at: Date | null;
}

const COLUMNS = 'id, name, scope, created_at, revoked_at';

function toApiKey({ id, name, scope, created_at, revoked_at }: ApiKeyColumns): ApiKey {
  return { id, name, scope, createdAtMs: created_at.getTime(), revokedAtMs: revoked_at?.getTime() ?? null };
}

/** Only the hash of a key is stored. */
export async function insertApiKey(
  db: Queryable,
  key: { name: string; scope: KeyScope; hash: Uint8Array },
): Promise<ApiKey> {
  const sql = `insert into api_keys (name, scope, hash) values ($1, $2, $3) returning ${COLUMNS}`;
  const { rows } = await db.query<ApiKeyColumns>(sql, [key.name, key.scope, key.hash]);
  if (rows[0] === undefined) throw new Error('The API key was not stored');
  return toApiKey(rows[0]);
}

/** Only a key that is not revoked. */
export async function findApiKeyByHash(db: Queryable, hash: Uint8Array): Promise<ApiKey | undefined> {
  const sql = `select ${COLUMNS} from api_keys where hash = $1 and revoked_at is null`;
  const { rows } = await db.query<ApiKeyColumns>(sql, [hash]);
  return rows[0] && toApiKey(rows[0]);
}

/** All keys, revoked ones too, oldest first. */
export async function listApiKeys(db: Queryable): Promise<ApiKey[]> {
  return (await db.query<ApiKeyColumns>(`select ${COLUMNS} from api_keys order by id`)).rows.map(toApiKey);
}

/** The keys that are not revoked. Until the transaction ends, no other one creates or revokes a key; reading goes on. */
export async function lockApiKeys(tx: Queryable): Promise<ApiKey[]> {
  await tx.query('lock table api_keys in share row exclusive mode');
  return (await listApiKeys(tx)).filter(({ revokedAtMs }) => revokedAtMs === null);
}

/** False when there is no such key, or it is revoked already. */
export async function revokeApiKey(db: Queryable, id: number): Promise<boolean> {
  const sql = 'update api_keys set revoked_at = now() where id = $1 and revoked_at is null';
  return (await db.query(sql, [id])).rowCount === 1;
}

/** Keys that are not revoked. */
export async function countApiKeys(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*) as n from api_keys where revoked_at is null');
  return rows[0]?.n ?? 0;
}
